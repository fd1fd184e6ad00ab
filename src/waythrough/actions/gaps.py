"""What we do not know, named one by one, with what would close each gap."""

from __future__ import annotations

from waythrough.actions.workspace import Workspace
from waythrough.publish.content import Gap
from waythrough.terms.estimates import NotComputable, PopulationEstimate
from waythrough.terms.situation import Situation


def gaps(
    ws: Workspace, population: PopulationEstimate | NotComputable, situation: Situation | None
) -> tuple[Gap, ...]:
    """The named gaps of a record as of its day."""
    found = [*_population(population), *_stocks(ws, situation), *_samples(ws), *_contested(ws)]
    return tuple(found)


def _population(population: PopulationEstimate | NotComputable) -> list[Gap]:
    if isinstance(population, NotComputable):
        return [
            Gap(
                {
                    "en": "No figure for the number of people was known.",
                    "ar": "لم يكن أي رقم لعدد الناس معروفًا.",
                },
                {
                    "en": "A count, a registration or an estimate with its source.",
                    "ar": "عدّ أو تسجيل أو تقدير مع مصدره.",
                },
            )
        ]
    return []


def _stocks(ws: Workspace, situation: Situation | None) -> list[Gap]:
    goods = {c.id: c.names for c in ws.records("commodity")}
    found = []
    for site in situation.sites if situation else ():
        for good, names in goods.items():
            if good not in site.stock_known:
                found.append(
                    Gap(
                        {
                            "en": f"Nobody stated how much {names['en']} is left at the site; the plan counts none.",
                            "ar": f"لم يذكر أحد كم بقي من {names.get('ar', names['en'])} في الموقع؛ والخطة تحسبه صفرًا.",
                        },
                        {"en": "A stock count with its day.", "ar": "جرد للمخزون مع تاريخه."},
                    )
                )
    return found


def _samples(ws: Workspace) -> list[Gap]:
    shares = [f for f in ws.records("figure") if f.unit == "share" and f.sample is None]
    if not shares:
        return []
    return [
        Gap(
            {
                "en": "Surveys were published without their sample size, so no interval can be computed.",
                "ar": "نُشرت استطلاعات دون حجم العينة، فلا يمكن حساب مجال للثقة.",
            },
            {
                "en": "The number of interviews and how they were drawn.",
                "ar": "عدد المقابلات وطريقة اختيارها.",
            },
        )
    ]


def _contested(ws: Workspace) -> list[Gap]:
    names = sorted(ws.contested)
    if not names:
        return []
    listed = ", ".join(names[:6])
    return [
        Gap(
            {
                "en": f"Records written differently on two devices and not settled yet: {listed}.",
                "ar": f"سجلات كُتبت بصيغتين ولم تُحسم بعد: {listed}.",
            },
            {"en": "A named person settles each.", "ar": "يحسمها شخص مسمّى."},
        )
    ]
