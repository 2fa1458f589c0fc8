"""Whether generators write the same test for the same words each time: else nobody has the test that was judged."""

from __future__ import annotations

from judge.pipeline.surroundings import key_of
from judge.preparing import generating
from judge.verifying.desk import Desk
from judge.verifying.memory import Said
from problems.package import Package
from problems.recipes import Generated, MissingTest


async def complaints(package: Package, desk: Desk) -> list[str]:
    """Which test cases are made differently each time, as sentences; ``package`` is as loaded.

    Raises:
        PackageError: a generator fails.
    """
    orders = {
        recipe.testcase: recipe.input
        for recipe in package.recipes
        if isinstance(recipe, MissingTest) and isinstance(recipe.input, Generated)
    }
    if not orders:
        return []
    programs = desk.bench.programs
    made_by = [(name, programs.key(order.program), order.argv, order.file) for name, order in orders.items()]
    key = key_of("generators", made_by)
    said = desk.checks.find(key)
    if said is None:
        unstable = await generating.unstable(package, desk.bench, desk.slots[0], desk.watcher.says)
        said = desk.checks.keep(key, Said(is_accepted=not unstable, text="\n".join(unstable)))
    return [
        f"{name}: {orders[name].program.files[0].name} makes another test each time; take seeds from its words alone"
        for name in said.text.splitlines()
        if name in orders
    ]
