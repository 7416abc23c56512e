"""Features about a voice: whose it is, what it writes, what people say of it."""

from bot.assembly.money import market
from bot.assembly.parts import Feature, Parts
from bot.features.admin.emoji import ChangeEmoji, LookAtEmoji
from bot.features.admin.emoji_listeners import EmojiListeners
from bot.features.admin.listeners import AdminListeners
from bot.features.admin.usecase import ChangeRules, CheckAdmin, LookAtRules, OpenMenu
from bot.features.board.listeners import BoardListeners
from bot.features.board.picturing import AskForBoardPicture
from bot.features.board.usecase import ShowBoard
from bot.features.consent.attesting import AttestConsent, CheckAttestant
from bot.features.consent.ending import GoOn, WatchConsents
from bot.features.consent.listeners import ConsentListeners
from bot.features.consent.usecase import AnswerConsent, ShowConsent, WithdrawConsent
from bot.features.consent.widening import AnswerWidening
from bot.features.digest.usecase import SayDigests
from bot.features.drafting.asking import AskByForm, FindChoices
from bot.features.drafting.files import AskForFile
from bot.features.drafting.form_listeners import DraftFormListeners
from bot.features.drafting.listeners import DraftingListeners
from bot.features.drafting.untrained import DraftUntrained
from bot.features.drafting.usecase import AskForDraft, Limits, Redraft
from bot.features.feedback.deleting import RestoreDraft
from bot.features.feedback.dropping import DropDropped, FindDraft, KeepDropped
from bot.features.feedback.file_listeners import VersionFileListeners
from bot.features.feedback.form import KeepFilledForm, OpenFix
from bot.features.feedback.listeners import FeedbackListeners
from bot.features.feedback.rewriting import (
    DropRewrite,
    KeepRewrite,
    ReviseRewrite,
    ShowChange,
    WithdrawRewrite,
)
from bot.features.feedback.usecase import GiveReason, RecordReaction
from bot.features.home.listeners import HomeListeners
from bot.features.home.usecase import LookAtHome
from bot.features.preferences.drafters import ChooseDrafters, LearnMembers
from bot.features.preferences.listeners import PreferenceListeners
from bot.features.preferences.usecase import ChoosePreferences
from bot.features.radar.usecase import WarnOfEnds
from bot.features.rounds.deciding import AskOwner, DecideContested
from bot.features.rounds.listeners import RoundListeners
from bot.features.rounds.taking import AskToTake
from bot.features.rounds.tracing import TraceWithdrawals
from bot.features.rounds.usecase import CountDislikes, LookAtContradictions, PreviewRound
from bot.features.voices.listeners import VoiceListeners
from bot.features.voices.naming import NameVoice
from bot.features.voices.standing import ChangeStanding, RetireVersion
from bot.features.voices.usecase import CheckNewVoice, CreateVoice, ListVoices, ShowVoice


def voices(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    change, retire = ChangeStanding(db, clock), RetireVersion(db, clock)
    create, show = CreateVoice(db, parts.people, clock), ShowVoice(db, parts.people)
    check, listed, name = CheckNewVoice(db, parts.people), ListVoices(db), NameVoice(db, clock)
    return VoiceListeners(check, create, listed, show, change, retire, name, parts.commands)


def consent(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    people = parts.people
    answer, withdraw = AnswerConsent(db, clock), WithdrawConsent(db, people, clock)
    show, go_on = ShowConsent(db, people), GoOn(db, clock)
    may_attest, attest = CheckAttestant(db, people, clock), AttestConsent(db, people, clock)
    return ConsentListeners(
        answer,
        show,
        withdraw,
        go_on,
        may_attest,
        attest,
        AnswerWidening(db, people, clock),
        parts.commands,
        parts.modals,
        parts.whispers,
    )


def watch_consents(parts: Parts) -> WatchConsents:
    return WatchConsents(parts.database, parts.people, parts.clock)


def drafting(parts: Parts) -> list[Feature]:
    db, clock, people = parts.database, parts.clock, parts.people
    limits = Limits(parts.rules.drafts_a_day, parts.rules.workspace_url)
    ask = AskForDraft(db, people, clock, limits)
    untrained = DraftUntrained(db, market(parts), people, clock, ask)
    redraft = Redraft(db, people, clock, limits)
    return [
        DraftingListeners(ask, redraft, untrained, AskForFile(db, clock), parts.commands, parts.whispers),
        DraftFormListeners(FindChoices(db, people, clock), AskByForm(db, ask), parts.modals),
    ]


def feedback(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    keep = KeepRewrite(db, people, clock)
    return FeedbackListeners(
        react=RecordReaction(parts.reactions, db, people, clock, parts.rules.bot_user),
        give_reason=GiveReason(db, clock),
        keep=keep,
        revise=ReviseRewrite(db, clock, keep),
        drop=DropRewrite(db, clock),
        withdraw=WithdrawRewrite(db, clock),
        show_change=ShowChange(db),
        restore_draft=RestoreDraft(db, clock),
        open_fix=OpenFix(db, people),
        keep_form=KeepFilledForm(db, people, clock),
        modals=parts.modals,
        whispers=parts.whispers,
    )


def version_files(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    return VersionFileListeners(FindDraft(db), KeepDropped(db, parts.people, clock), DropDropped(db, clock))


def rounds(parts: Parts) -> Feature:
    db, clock, preview = parts.database, parts.clock, preview_round(parts)
    return RoundListeners(
        preview=preview,
        take=AskToTake(db, clock),
        ask_owner=AskOwner(db, preview),
        decide=DecideContested(db, preview, clock),
        contradictions=LookAtContradictions(db, preview),
        dislikes=CountDislikes(db),
        commands=parts.commands,
        whispers=parts.whispers,
    )


def preview_round(parts: Parts) -> PreviewRound:
    return PreviewRound(parts.database, parts.people, parts.clock, parts.rules.bot_user)


def trace_withdrawals(parts: Parts) -> TraceWithdrawals:
    return TraceWithdrawals(parts.database, preview_round(parts), parts.clock)


def board(parts: Parts) -> Feature:
    show = show_board(parts)
    ask = AskForBoardPicture(parts.database, show, parts.clock)
    return BoardListeners(show, ask, parts.commands, parts.whispers)


def show_board(parts: Parts) -> ShowBoard:
    return ShowBoard(parts.database, preview_round(parts).judged)


def preferences(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    return PreferenceListeners(ChoosePreferences(db, clock), ChooseDrafters(db, parts.people, clock), parts.commands)


def learn_members(parts: Parts) -> LearnMembers:
    return LearnMembers(parts.database, parts.people)


def say_digests(parts: Parts) -> SayDigests:
    return SayDigests(parts.database, preview_round(parts).judged, parts.clock)


def warn_of_ends(parts: Parts) -> WarnOfEnds:
    return WarnOfEnds(parts.database, parts.prices, parts.people, parts.clock)


def home(parts: Parts) -> Feature:
    return HomeListeners(look_at_home(parts), parts.modals, parts.commands.command)


def admin(parts: Parts) -> Feature:
    db, people = parts.database, parts.people
    check = CheckAdmin(people)
    look, change = LookAtRules(db, people, check), ChangeRules(db, check, parts.clock)
    return AdminListeners(
        OpenMenu(db, people), look, change, parts.admin_menu, parts.commands, parts.modals, parts.whispers
    )


def emoji(parts: Parts) -> Feature:
    db, check = parts.database, CheckAdmin(parts.people)
    look, change = LookAtEmoji(db, check), ChangeEmoji(db, check, parts.clock)
    return EmojiListeners(look, change, parts.admin_menu, parts.modals, parts.whispers)


def look_at_home(parts: Parts) -> LookAtHome:
    return LookAtHome(parts.database, parts.people, parts.clock)
