"""What a treatment file says of transplanted hair: the `[graft]` table."""

from pydantic import BaseModel, ConfigDict

from follicle_sim.base.quantity import Days, Positive, Share, Variation


class Graft(BaseModel):
    """Follicles that a dose puts into the scalp, insensitive to androgens, and what surgery does.

    A graft holds `hairs_per_graft` follicles, of which the share `survival` takes; the rest never
    shows. The shaft that came with a follicle falls after `shaft`, the follicle then rests for
    `rest` (both log-normal) and grows its own hair. `shock_share` of the growing hairs already
    there fall between `shock_start` and `shock_start + shock_duration` days after surgery, and
    come back when their follicle has rested.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    hairs_per_graft: Positive
    survival: Share
    shaft: Days
    shaft_cv: Variation
    rest: Days
    rest_cv: Variation
    shock_share: Share
    shock_start: Days
    shock_duration: Days
