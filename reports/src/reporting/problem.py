"""What went wrong, said in one line: what, where, what to do."""


class Problem(Exception):
    """A report that cannot be made; its text is for the person who asked for it."""
