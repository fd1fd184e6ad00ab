"""Who says what: one grammar for every speaker, a denial shown as a denial, and no verdict."""

from __future__ import annotations

from dataclasses import replace

from waythrough.publish.desk import Desk
from waythrough.publish.stories import agreement, matrix
from waythrough.publish.words import Words


def plain(said: object) -> str:
    return "".join(c for c in str(said) if c not in "\u2066\u2067\u2068\u2069")


def test_a_denial_never_reads_as_if_the_speaker_had_said_so(sample) -> None:
    topic = sample.TOPICS[0]
    first, *others = topic.claims
    rest = [replace(one, record=replace(one.record, polarity="pos")) for one in others]
    denied = replace(first, record=replace(first.record, polarity="neg", modality="denied"))
    report = sample.report(topics=(replace(topic, claims=(denied, *rest), stances={}),))
    ((row,),) = [group.rows for group in matrix(Desk(report, "internal", Words("en")))]
    said = {plain(one.said) for one in row.sayings}
    assert f"said that this is not so: {first.record.proposition}" in said
    assert all(line.startswith(("said: ", "said that this is not so: ")) for line in said)
    assert row.agreement == "differ"


def test_speakers_on_points_of_their_own_neither_agree_nor_differ(sample) -> None:
    topic = sample.TOPICS[0]
    apart = replace(topic, stances={known.record.id: "" for known in topic.claims})
    assert len({known.record.speaker for known in topic.claims}) > 1
    assert agreement(apart) == "apart"


def test_topics_about_one_thing_stand_together_under_its_name(sample) -> None:
    about = {"en": "Stonewell", "ar": "بئر الحجر"}
    topics = tuple(replace(one, about=about) for one in sample.TOPICS[:2]) + sample.TOPICS[2:]
    groups = matrix(Desk(sample.report(topics=topics), "internal", Words("en")))
    assert [(plain(g.about) if g.about else None, len(g.rows)) for g in groups] == [
        ("Stonewell", 2),
        (None, 1),
    ]
