"""All numbers of a detector's training."""

from __future__ import annotations

from dataclasses import dataclass

# Every twentieth scene is kept to measure with.
KEPT_EVERY = 20
# At most such a share of the steps goes by until the learning rate is at its largest.
MOST_WARMUP = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorRecipe:
    """How a detector is trained.

    Attributes:
        scenes: how many are drawn.
        first_scene: number of the first; the judge is fitted on those from 500,000 on, which the detector must not see.
        steps: how many batches.
        batch: crops in each.
        learning_rate: the largest; it rises over ``warmup_steps`` and falls to a hundredth along a cosine.
        warmup_steps: fewer in short trainings.
        weight_decay: of AdamW.
        clip_norm: largest norm of the gradient of any one array of weights.
        average: what an average of the weights keeps of itself at each step.
        mined_at: shares of the steps after which the scenes are searched for what looks like digits and is none.
        row_steps: how often losses are written down, and the state saved.
        seed: decides weights and crops.

    """

    scenes: int = 12_000
    first_scene: int = 20_000
    steps: int = 12_000
    batch: int = 32
    learning_rate: float = 2.5e-3
    warmup_steps: int = 300
    weight_decay: float = 2e-4
    clip_norm: float = 5.0
    average: float = 0.998
    mined_at: tuple[float, ...] = (0.4, 0.7)
    row_steps: int = 100
    seed: int = 0

    @property
    def numbers(self) -> range:
        """Numbers of all scenes."""
        return range(self.first_scene, self.first_scene + self.scenes)

    @property
    def warmup(self) -> int:
        """Steps until the learning rate is at its largest."""
        return min(self.warmup_steps, round(MOST_WARMUP * self.steps))

    @property
    def parts(self) -> tuple[int, ...]:
        """Steps after which each part of the training ends; between two, false peaks are looked for."""
        return *(round(share * self.steps) for share in self.mined_at), self.steps
