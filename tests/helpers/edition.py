"""The chapters and lessons that `_toc.yml` lists: a fork may leave some out."""

from lesson_map import Page, read_chapters, total

from tests.helpers.project import PAGES, page_of


def chapters_of_edition() -> list[Page]:
    """Read the chapters of this edition, with its lessons and their minutes."""
    chapters = []
    for chapter in read_chapters():
        lessons = tuple(lesson for lesson in chapter.lessons if page_of(lesson.path) in PAGES)
        if page_of(chapter.path) in PAGES:
            chapters.append(chapter._replace(lessons=lessons, minutes=total(lessons)))
    return chapters
