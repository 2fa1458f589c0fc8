"""Looking at this judgehost: everything for ``judge doctor``, what a host must have for the daemon.

Checks live in ``sandbox/doctor``; here is what they look at, among it a real cell made as for a judging.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from judge.config import Isolation, Settings
from judge.errors import BrokerError, JudgeError, SandboxError, UsageError
from judge.hosts.broker import Sender
from judge.hosts.host import cell_maker, image_names, slots
from sandbox.doctor import asked, bounds, daemon, files, images, kernel, options, runtimes, steadiness, walls
from sandbox.doctor.finding import Check, Finding, Status
from sandbox.doctor.seen import Cell
from sandbox.doctor.tree import Tree

_ENGINE = Check(
    id="engine.answers",
    title="Docker engine",
    why="Cells of this level are containers.",
    mend="systemctl start docker, or install it: `apt-get install docker.io`",
    is_needed=True,
)
_CELL = Check(
    id="cell.made",
    title="A cell can be made",
    why="A cell that cannot be made judges nothing; the launcher in it refuses where it cannot make boxes.",
    mend="mend the failures above; `judge image build` builds what is missing",
    is_needed=True,
)
_BROKER = Check(
    id="broker.reachable",
    title="Broker",
    why="Without it nobody is told what to judge.",
    mend="start it, open its port to this host, or correct the setting broker_url",
)


async def examine(settings: Settings) -> list[Finding]:
    """Everything there is to find on this host at the settings' isolation level.

    Changes nothing; makes one cell, and ends it.
    """
    tree = Tree()
    found = [*await _standing(settings, tree), *await asyncio.to_thread(lambda: list(steadiness.findings(tree)))]
    if settings.isolation is not Isolation.LOCAL and _is_answering(found):
        found += await asyncio.to_thread(_around, settings, tree, await _images(settings))
    if settings.broker_url:
        found.append(await _broker(settings.broker_url))
    return found


async def fitness(settings: Settings) -> list[Finding]:
    """What of this host must be well for it to judge: if one of these failed, it must take no work.

    Takes as long as making a cell, about half a second.
    """
    return [finding for finding in await _standing(settings, Tree()) if finding.is_needed]


async def _broker(url: str) -> Finding:
    try:
        async with Sender(url) as sender:
            await sender.check()
            return _BROKER.passed(f"{sender.address} answers")
    except (BrokerError, UsageError) as error:
        return _BROKER.failed(str(error))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Worst first, and within the same weight as they were found."""
    rank = list(Status)
    return sorted(findings, key=lambda finding: rank.index(finding.status))


async def _standing(settings: Settings, tree: Tree) -> list[Finding]:
    """What cells stand on, and one of them."""
    found = await asyncio.to_thread(lambda: list(kernel.findings(settings.isolation, tree)))
    if settings.isolation is Isolation.LOCAL:
        found.append(_ENGINE.skipped("level local needs none"))
    else:
        found += await asyncio.to_thread(_engine, settings, tree)
        if not _is_answering(found):
            return [*found, _CELL.skipped("no engine answers")]
    return [*found, *await _cell(settings, tree)]


def _is_answering(found: Iterable[Finding]) -> bool:
    return any(finding.id == _ENGINE.id and finding.status is Status.PASS for finding in found)


def _engine(settings: Settings, tree: Tree) -> list[Finding]:
    """What the engine enforces, and how open it stands."""
    try:
        answers = asked.engine_itself()
    except SandboxError as error:
        return [_ENGINE.failed(str(error))]
    answered = _ENGINE.passed(f"version {answers.info.get('ServerVersion')} answers")
    told, name = options.read(tree), _runtime_name(settings)
    return [answered, *daemon.findings(settings.isolation, answers.info, answers.bridge, told, runtime=name)]


def _around(settings: Settings, tree: Tree, image_ids: Mapping[str, str]) -> list[Finding]:
    """What takes longer to look at: versions, files, images."""
    answers = asked.engine_itself()
    return [
        *runtimes.findings(settings.isolation, answers.info, answers.version, tree, runtime=_runtime_name(settings)),
        *files.findings(options.read(tree), tree, data_root=answers.info.get("DockerRootDir")),
        *images.findings(asked.images(image_ids)),
    ]


def _runtime_name(settings: Settings) -> str | None:
    """What Docker calls the runtime of the settings' level; None: its default."""
    return {Isolation.GVISOR: settings.gvisor_runtime, Isolation.VM: settings.vm_runtime}.get(settings.isolation)


async def _images(settings: Settings) -> dict[str, str]:
    """The ids of the images that are built; none where they cannot be told."""
    try:
        return await image_names(settings)
    except SandboxError:
        return {}


async def _cell(settings: Settings, tree: Tree) -> list[Finding]:
    """A cell as for a judging, looked at from outside while it waits for its first request."""
    try:
        names = await image_names(settings)
        if not names:
            return [_CELL.skipped("no image is built: run `judge image build`")]
        name, image = next(iter(names.items()))
        cell = await cell_maker(settings).make(image=image, core=slots(settings)[0].core, shows_data=False)
    except JudgeError as error:
        return [_CELL.failed(str(error))]
    try:
        made = _CELL.passed(f"at level {settings.isolation}, from {name}")
        if settings.isolation is Isolation.LOCAL:
            return [made]
        facts = await asyncio.to_thread(asked.container, cell.name)
        seen = Cell(isolation=settings.isolation, facts=facts, tree=tree)
        return [made, *await asyncio.to_thread(lambda: [*walls.findings(seen), *bounds.findings(seen)])]
    except JudgeError as error:
        return [_CELL.failed(str(error))]
    finally:
        await cell.close()
