"""Figures in Prometheus' form, counted by the loop, asked for by whoever keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from edgedigits.version import __version__

if TYPE_CHECKING:
    from edgedigits_camera.live.frames import SourceState
    from edgedigits_camera.live.seen import Seen

PREFIX = "edgedigits"
BUCKETS_S = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 5.0)


class Metrics:
    """What is counted from the start of the program."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._frames = self._counter("frames", "Frames that were looked at.")
        self._unread = self._counter("frames_unread", "Frames that needed no reading.")
        self._events = self._counter("events", "Digits that appeared, changed, went.", "kind")
        self._stages = self._counter("stage_seconds", "Time spent in each stage of reading.", "stage")
        self._latency = Histogram(
            f"{PREFIX}_latency_seconds",
            "From a frame's arrival to its answer.",
            buckets=BUCKETS_S,
            registry=self.registry,
        )
        self._digits = self._gauge("digits", "Digits that are there to stay.")
        self._rate = self._gauge("frames_per_second", "Frames a second, over the last ones.")
        self._up = self._gauge("source_up", "1 while frames come, else 0.")
        self._waiting = self._gauge("source_waiting_seconds", "How long the source has been waited for.")
        self._temperature = self._gauge("temperature_celsius", "Of the processor; not a number where none is told.")
        self._viewers = self._gauge("viewers", "Who looks on.", "kind")
        self._pictures = self._gauge("pictures_encoded", "Pictures made for viewers since the start.")
        self._gauge("build_info", "Version of the program.", "version").labels(__version__).set(1)

    def count(self, seen: Seen) -> None:
        """Count a frame."""
        self._frames.inc()
        self._unread.inc(seen.read_ms == 0)
        self._latency.observe(seen.latency_ms / 1000)
        self._digits.set(len(seen.steady.digits))
        self._rate.set(seen.frames_per_s)
        for event in seen.events:
            self._events.labels(event.kind.value).inc()
        for stage, time_ms in seen.stages_ms.items():
            self._stages.labels(stage).inc(time_ms / 1000)

    def text(
        self, state: SourceState, *, up: bool, temperature_c: float | None, viewers: dict[str, int], pictures: int
    ) -> bytes:
        """All of it as it is now."""
        self._up.set(up)
        self._waiting.set(state.waiting_s or 0)
        self._temperature.set(float("nan") if temperature_c is None else temperature_c)
        self._pictures.set(pictures)
        for kind, count in viewers.items():
            self._viewers.labels(kind).set(count)
        return generate_latest(self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"{PREFIX}_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"{PREFIX}_{name}", words, labels, registry=self.registry)
