"""What publishing refuses, beside the refusals every room shares."""

from __future__ import annotations

from waythrough.terms.problems import N_, Problem, Protected


class LanguageIncomplete(Problem):
    code = "publish.language-incomplete"
    message = N_(
        "The language “{language}” is not complete: {missing} of {all} sentences have no translation."
    )
    advice = N_("Publish in one of: {complete}. Or have the missing sentences translated and reviewed.")
    exit_code = 5


class NoSuchEdition(Problem):
    code = "publish.no-such-edition"
    message = N_("There is no edition “{edition}”.")
    advice = N_("Choose internal or public.")
    exit_code = 2


class FolderNotEmpty(Problem):
    code = "publish.folder-not-empty"
    message = N_("{path} is there already with other content.")
    advice = N_("Choose another folder; an issue that was handed out is never overwritten.")
    exit_code = 4


class NotSafeToPublish(Protected):
    code = "publish.not-safe"
