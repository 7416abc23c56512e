"""What is said when versions cannot be compared, voted on or promoted like this."""

from bot.slack.mrkdwn import listed, quoted, usd
from pipeline import errors as e


def duel_sentence(error: e.DuelError) -> str:
    match error:
        case e.NoSuchVersion():
            known = ", ".join(f"`{quoted(each)}`" for each in error.known) or "none yet"
            return f"There's no `{quoted(error.handle)}@v{error.version}` to compare. Versions there are: {known}."
        case e.SameVersion():
            return f"A duel needs two versions, e.g. `/voice duel {quoted(error.handle)}@v1 vs plain`."
        case e.TwoVoices():
            return "Both versions must belong to one voice: people judge which sounds more like its owner."
        case e.NoVoters():
            return "Name at least one member of this workspace who votes. Nothing was started."
        case e.NoBriefs():
            return f"I need at least {error.needed} different briefs. Nothing was started."
        case e.ClosesTooSoon():
            return "Leave people some time: choose an end that is at least ten minutes away. Nothing was started."
        case e.DuelTooDear():
            most, allowed = usd(error.most_microusd), usd(error.ceiling_microusd)
            return f"These texts may cost up to {most}; you allow {allowed}. Allow more, or ask for fewer briefs."
    return voting_sentence(error)


def voting_sentence(error: e.DuelError) -> str:
    match error:
        case e.TooFewBouts():
            return (
                f"Only {error.bouts} briefs came out with two different texts; I need {error.needed}. "
                "Try other briefs, or a version that writes more freely."
            )
        case e.NotAVoter():
            who = f"{listed(error.voters)} vote here" if error.voters else "Others vote here"
            return f"{who}, so this vote wasn't counted. Whoever starts the next duel can name you."
        case e.DuelClosed():
            return "This duel is closed or not ready to be, so nothing changed. Its newest message says how it stands."
        case e.NotAnEditor():
            return f"Only an editor or the owner decides that: {listed(error.editors)}. Nothing changed."
        case e.PromotionBlocked():
            return (
                f"{quoted(error.name)} hasn't beaten {quoted(error.unbeaten)}. Editors can override with a reason; it "
                "will show on the card."
            )
        case e.VersionRetired():
            return f"{quoted(error.name)} was retired, so it can't write for this voice any more. Nothing changed."
    raise TypeError(type(error))
