"""Features that gather, clean, look at and rehearse texts."""

from functools import partial

from bot.assembly.parts import Feature, Parts
from bot.features.datasets.files.asking import AskSteward
from bot.features.datasets.files.columns import ChooseColumns, ColumnsOf
from bot.features.datasets.files.file_listeners import FileListeners
from bot.features.datasets.files.refusal_listeners import Refusals
from bot.features.datasets.files.source_listeners import SourceListeners
from bot.features.datasets.files.sources import (
    ConfirmLetters,
    LookInside,
    LoseFile,
    PutFileBack,
    ReadAgain,
    SourceFacts,
    TakeOut,
)
from bot.features.datasets.files.speakers import ChooseSpeakers, SpeakersOf, UndoReading
from bot.features.datasets.filters.filtering import CountFilters
from bot.features.datasets.filters.shelf import Shelf
from bot.features.datasets.form_listeners import FormListeners
from bot.features.datasets.listeners import DatasetListeners
from bot.features.datasets.report.best_read import KeepBestRead
from bot.features.datasets.report.choosing import (
    ChangeFilters,
    ChooseFix,
    FiltersInForce,
    IncludeAuthor,
    UndoFix,
    UndoKeep,
)
from bot.features.datasets.report.looking import LookAtLeftOut, OpenFixes, ShowFinding, StoredFindings
from bot.features.datasets.report.walking import Walk
from bot.features.datasets.usecase import DropFiles, OpenDataset
from bot.features.differences.listeners import DifferenceListeners
from bot.features.differences.usecase import AskWhatChanged
from bot.features.pictures.listeners import PictureListeners
from bot.features.pictures.usecase import AskForPictures
from bot.features.pulls.usecase import AskToPull
from bot.features.rehearsal.listeners import RehearsalListeners
from bot.features.rehearsal.overriding import CheckOverride, OverrideRehearsal
from bot.features.rehearsal.usecase import AskToRehearse, LookAtTrial
from bot.features.signoff.listeners import SignoffListeners
from bot.features.signoff.sending import ShowWhole
from bot.features.signoff.usecase import AskEditor, LookAtRow, OpenAsking, PutBack
from pipeline.domain.voices import Round


def datasets(parts: Parts) -> list[Feature]:
    db, clock = parts.database, parts.clock
    shelf, findings = Shelf(db, parts.artifacts), StoredFindings(db, parts.artifacts)
    facts, choose, drop = SourceFacts(db, shelf), ChooseFix(db, clock), DropFiles(db, clock)
    refusals = Refusals(AskSteward(db), parts.whispers)
    thread = DatasetListeners(
        open_dataset=OpenDataset(db, clock, parts.rules.workspace_url, partial(upload_link, parts)),
        drop=drop,
        pull=AskToPull(db, clock),
        choose=choose,
        undo=UndoFix(db, clock),
        undo_keep=UndoKeep(db, clock),
        open_fixes=OpenFixes(findings),
        show=ShowFinding(findings),
        left_out=LookAtLeftOut(findings, shelf),
        commands=parts.commands,
        whispers=parts.whispers,
        refusals=refusals,
    )
    files = SourceListeners(
        take_out=TakeOut(db, facts, clock),
        put_back=PutFileBack(db, facts, clock),
        read_again=ReadAgain(db, clock),
        confirm=ConfirmLetters(db, facts),
        lose=LoseFile(db, facts, clock),
        look=LookInside(db, shelf),
        include=IncludeAuthor(db, clock),
        whispers=parts.whispers,
        refusals=refusals,
    )
    forms = FormListeners(
        count=CountFilters(FiltersInForce(db), shelf),
        change_filters=ChangeFilters(db, clock),
        walk=Walk(findings),
        choose=choose,
        drop=drop,
        whispers=parts.whispers,
        modals=parts.modals,
    )
    return [thread, files, forms, refusals]


def upload_link(parts: Parts, round_: Round, user: str) -> str | None:
    return parts.links.link_for(round_, user, now=parts.clock())


def dropped_files(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    return FileListeners(
        columns_of=ColumnsOf(db),
        choose_columns=ChooseColumns(db, clock),
        speakers_of=SpeakersOf(db),
        choose_speakers=ChooseSpeakers(db, clock),
        undo_reading=UndoReading(db, clock),
        keep_best=KeepBestRead(db, clock),
        whispers=parts.whispers,
        modals=parts.modals,
    )


def differences(parts: Parts) -> Feature:
    return DifferenceListeners(AskWhatChanged(parts.database, parts.clock), parts.whispers)


def pictures(parts: Parts) -> Feature:
    return PictureListeners(AskForPictures(parts.database, parts.clock), parts.whispers)


def signoff(parts: Parts) -> Feature:
    db, clock, people = parts.database, parts.clock, parts.people
    return SignoffListeners(
        open_asking=OpenAsking(db),
        ask=AskEditor(db, people, clock),
        look=LookAtRow(db, people, clock),
        put_back=PutBack(db, people, clock),
        show_whole=ShowWhole(db, parts.artifacts, people),
        modals=parts.modals,
        whispers=parts.whispers,
    )


def rehearsal(parts: Parts) -> Feature:
    db, clock = parts.database, parts.clock
    return RehearsalListeners(
        ask=AskToRehearse(db, clock),
        look=LookAtTrial(parts.artifacts),
        check_override=CheckOverride(db),
        override=OverrideRehearsal(db, parts.artifacts, clock),
        commands=parts.commands,
        whispers=parts.whispers,
        modals=parts.modals,
    )
