"""What a measured hot stretch of source suggests. Plain records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A changed def of `function` (qualified name): `text` begins at column 0, decorators included. `imports` are statements that its
    module needs besides; `how` says in a sentence what was changed."""

    function: str
    text: str
    imports: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One finding of a rule at lines `first` to `last` of `file`, in `function` ("<module>" outside of any). `source` is the first of them.

    `share` of the run's time (`of` "time"), of its waiting ("waits") or of the memory held at its end ("memory"), with `plus_minus`, half
    its 95 % interval. `defined` are the first and last line of that def. `ceiling` is how many times as fast (as small) the whole is at
    the most if all of that goes, by the share's upper end (G. Amdahl, 1967); infinite where that is everything. `unless` says when the
    code is right as it is.
    """

    rule: str
    handle: str
    file: str
    first: int
    last: int
    function: str
    defined: tuple[int, int]
    source: str
    says: str
    evidence: tuple[str, ...]
    of: str
    share: float
    plus_minus: float
    ceiling: float
    pattern: str
    unless: str
    rewrite: Rewrite | None = None


@dataclass(frozen=True, slots=True)
class Proof:
    """What `verify` said of a finding's rewrite. `handle` is the finding's (a1, a2, ...), `verdict` `verified`, `refused`, `inconclusive`
    or `not tried`; `code` and `said` why it is not verified; `ratio` the measured gain in words with its interval, "" where not timed;
    `study` the folder it is kept in, "" where it is gone."""

    handle: str
    rule: str
    function: str
    verdict: str
    code: str
    said: str
    ratio: str
    study: str
