"""The `[instrument]` table: what the counting method sees, and how it errs.

Every default is the perfect instrument, so a table without a key changes nothing. `method` fills in
the keys of a preset (methods.toml); a key given in the file wins over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from follicle_sim.base.errors import did_you_mean
from follicle_sim.scenario.fields.methods import (
    EXTRA_VARIABLES,
    PLAIN,
    load_methods,
    methods_that_see,
    seen_by,
)
from follicle_sim.scenario.fields.parts import VARIABLES, VariableNames
from follicle_sim.scenario.fields.quantities import (
    FieldType,
    Flag,
    Name,
    Number,
    Quantity,
    Whole,
    one_of,
)
from follicle_sim.scenario.fields.words import METHODS, understand
from follicle_sim.scenario.tables.table import Calibre, Label, Table, Variation

Shape = Literal["circle", "square"]
Border = Literal["exit", "touching", "inside"]
Assigned = Literal["person", "visit"]
Length = Annotated[float, Quantity("length", upper=20.0)]
Share = Annotated[float, Number(0.0, 0.95)]
Activity = Annotated[float, Number(0.001, 1000.0)]

READABLE = (*(name for name in VARIABLES if name != "factor_level"), *EXTRA_VARIABLES)


class Instrument(Table):
    """What the counting method sees."""

    name: Label = Field(default="phototrichogram", description="name of the method")
    method: Annotated[str, Name("method", lambda known: load_methods())] = Field(
        default=PLAIN, description='preset of the keys below, for example "trichoscan"'
    )
    measures: Annotated[tuple[str, ...], VariableNames(READABLE)] = Field(
        default=load_methods()[PLAIN].measures, description="result variables it can see"
    )
    detection_calibre: Calibre = Field(default=0.0, description="thinner hairs are not counted")
    terminal_calibre: Calibre = Field(default=30.0, description="from here on a hair is terminal")
    visible_length: Annotated[float, Quantity("length", upper=100.0)] = Field(
        default=1.0, description="shorter anagen hairs are not counted"
    )
    pixel: Calibre = Field(
        default=0.0, description="size of an image point on the skin; a hair has to be as wide"
    )
    occlusion: Annotated[float, Quantity("length", upper=0.5)] = Field(
        default=0.0, description="hairs that leave the skin closer together look like one"
    )
    shape: Annotated[Shape, one_of(Shape)] = Field(
        default="circle", description="of the target area: circle or square"
    )
    border: Annotated[Border, one_of(Border)] = Field(
        default="exit",
        description="hairs counted at the border: exit (they leave the skin inside), touching "
        "(any part inside) or inside (all of it)",
    )
    stub_length: Length = Field(default=1.0, description="length of a clipped hair in the image")
    relocation: Length = Field(
        default=0.0, description="how far off, along each axis, the area is found again (SD)"
    )
    missed: Share = Field(default=0.0, description="share of hairs overlooked")
    missed_thin: Share = Field(
        default=0.0, description="share of hairs thinner than terminal overlooked besides"
    )
    false_hairs: Share = Field(default=0.0, description="marks taken for hairs, per hair")
    count_bias: Annotated[float, Number(0.1, 10.0)] = Field(
        default=1.0, description="factor on every count"
    )
    reader_error: Variation = Field(default=0.0, description="coefficient of variation of a count")
    operators: Annotated[int, Whole(1, 1000)] = Field(
        default=1, description="how many people take the readings"
    )
    operator_error: Variation = Field(
        default=0.0, description="SD between operators of the factor each has on counts"
    )
    operators_by: Annotated[Assigned, one_of(Assigned)] = Field(
        default="person",
        description="person: each subject keeps an operator; visit: drawn at each visit",
    )
    matched: Annotated[bool, Flag()] = Field(
        default=False, description="hairs are identified one by one in the images of all visits"
    )
    match_error: Variation = Field(
        default=0.0, description="coefficient of variation of a count that matching leaves"
    )
    regrowth: Annotated[float, Quantity("time", upper=60.0)] = Field(
        default=0.0,
        description="days between two images that tell anagen hairs; 0: phases are known",
    )
    resolution: Length = Field(
        default=0.0, description="least growth between the two images that is noticed"
    )
    calibre_error: Variation = Field(
        default=0.0, description="coefficient of variation of a reading of calibre"
    )
    weight_loss: Share = Field(default=0.0, description="share of the clippings not collected")
    weight_error: Variation = Field(
        default=0.0, description="coefficient of variation of a hair weight"
    )
    pull_hairs: Annotated[int, Whole(1, 1000)] = Field(default=55, description="hairs pulled at")
    pull_days: Annotated[float, Quantity("time", upper=60.0)] = Field(
        default=9.0, description="hairs due to fall within so long come out when pulled"
    )
    pull_threshold: Annotated[int, Whole(0, 1000)] = Field(
        default=2, description="more hairs than that and the pull test is positive"
    )
    comb_area: Annotated[float, Quantity("area", upper=2000.0)] = Field(
        default=492.0, description="scalp whose shed hairs are combed out or washed out"
    )
    comb_catch: Annotated[float, Number(0.0, 1.0)] = Field(
        default=0.1, description="share of a day's shed hairs that a comb or wash catches"
    )
    comb_days: Annotated[int, Whole(1, 365)] = Field(
        default=1, description="how many days' counts are added up"
    )
    rating_step: Annotated[float, Number(0.01, 10.0)] = Field(
        default=0.4, description="relative change of coverage from one point to the next"
    )
    rating_error: Variation = Field(default=0.0, description="SD of a rating, in points")
    full_cover: Annotated[float, Number(0.5, 1.0)] = Field(
        default=0.7,
        description="share of its healthy hairs with which a piece of scalp looks covered (SALT)",
    )
    bare_cover: Annotated[float, Number(0.0, 0.4)] = Field(
        default=0.05,
        description="share of its healthy hairs with which a piece of scalp looks bare (SALT)",
    )
    salt_error: Annotated[float, Number(0.0, 50.0)] = Field(
        default=0.0,
        description="SD of a SALT score between readings, in points; none at 0 and at 100",
    )

    line_error: Length = Field(
        default=0.0, description="SD of a reading of where the hairline stands"
    )
    line_limit: Length = Field(
        default=2.0, description="a hairline that has moved back no further stands still"
    )
    index_symptoms: Activity = Field(
        default=2.175, description="activity at which symptoms are half of the most (LPPAI)"
    )
    index_signs: Activity = Field(
        default=0.819, description="activity at which redness and scale are half of the most"
    )
    index_pull: Activity = Field(
        default=1.304, description="activity at which hairs come out of half of people when pulled"
    )
    index_spread: Activity = Field(
        default=0.056, description="activity at which spreading is half of the most"
    )
    index_error: Annotated[float, Number(0.0, 5.0)] = Field(
        default=0.0, description="SD of an activity index between readings, in points"
    )

    @model_validator(mode="before")
    @classmethod
    def _from_method(cls, values: Any) -> Any:
        if not isinstance(values, Mapping):
            return values
        try:
            method = understand(values.get("method"), load_methods(), METHODS)
        except PydanticCustomError:
            return values  # the field itself says what is wrong, at its own path
        known = load_methods().get(method) if isinstance(method, str) else None
        if known is None or method == PLAIN:
            return values
        preset = {"name": known.title, "measures": known.measures, **known.values}
        return {**preset, **values}

    @model_serializer(mode="wrap")
    def _write(
        self, handler: SerializerFunctionWrapHandler, info: SerializationInfo
    ) -> dict[str, Any]:
        # Without the keys that are as the method has them: reading it back puts them in again.
        values: dict[str, Any] = handler(self)
        if not info.exclude_defaults or self.method == PLAIN:
            return values
        preset = type(self)(method=self.method)
        written: dict[str, Any] = {"method": self.method}
        for key, field in type(self).model_fields.items():
            value = getattr(self, key)
            if value != getattr(preset, key):
                (kind,) = (entry for entry in field.metadata if isinstance(entry, FieldType))
                written[key] = kind.write(value)
        return written

    @property
    def thinnest(self) -> float:
        """Calibre of the thinnest hair that is counted, um."""
        return max(self.detection_calibre, self.pixel)

    @property
    def shortest(self) -> float:
        """Length of the shortest growing hair that is counted, mm."""
        return max(self.visible_length, self.pixel / 1000.0)

    def perfected(self) -> Instrument:
        """Return the instrument that sees the same hairs and never errs: limits stay.

        Examples
        --------
        >>> Instrument(method="trichoscan").perfected().reader_error
        0.0
        """
        names = ("name", "measures", "detection_calibre", "terminal_calibre", "visible_length")
        more = ("pixel", "regrowth", "resolution", "full_cover", "bare_cover", "line_limit")
        parts = ("index_symptoms", "index_signs", "index_pull", "index_spread")
        keys = (*names, *more, *parts)
        return Instrument.model_construct(**{key: getattr(self, key) for key in keys})


def observable(instrument: Instrument) -> frozenset[str]:
    """Return the names of variables and endpoints that an instrument can see.

    Examples
    --------
    >>> sorted(observable(Instrument(method="macrophotography")))
    ['hair_density', 'terminal_density']
    """
    return seen_by(instrument.measures)


def unseen(variable: str, instrument: Instrument) -> str:
    """Return why an endpoint is refused, with a way out; "" where the instrument sees it.

    Examples
    --------
    >>> unseen("pull_count", Instrument(method="macrophotography"))
    'the instrument (macrophotography) does not see pull_count; a method that does: hair_pull'
    >>> unseen("hair_densty", Instrument(method="macrophotography"))
    'the instrument (macrophotography) does not see hair_densty; did you mean "hair_density"?'
    >>> unseen("hair_density", Instrument(method="macrophotography"))
    ''
    """
    variables = observable(instrument)
    if variable in variables:
        return ""
    message = f"the instrument ({instrument.method}) does not see {variable}"
    methods = methods_that_see(variable)
    if not methods:
        return message + did_you_mean(variable, sorted(variables))
    some = "a method that does" if len(methods) == 1 else "methods that do"
    return f"{message}; {some}: {', '.join(methods)}"
