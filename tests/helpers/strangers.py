"""Five programs with one mistake each that exercise 11.2 asks about."""

from torch.nn.functional import cross_entropy

from lessons_pkg.data.plants import Plant, Program


def wide(p: Program) -> None:
    p.net.layer1.weight.data.mul_(30)


def squashed(p: Program) -> None:
    p.loss = lambda z, y: cross_entropy(z.sigmoid(), y)


def centred(p: Program) -> None:
    p.net.layer2.register_forward_hook(lambda module, inputs, out: out - out.mean(0))


def shifted(p: Program) -> None:
    p.y = (p.y + 1) % 3


def copied(p: Program) -> None:
    p.new_x, p.new_y = p.x, p.y


STRANGERS: list[Plant] = [wide, squashed, centred, shifted, copied]  # of exercise 11.2
