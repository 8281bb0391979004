from studio.app.finding import ranked, score
from studio.app.studio import Studio


def test_a_few_letters_find_the_command_that_was_meant() -> None:
    studio = Studio()
    actions = list(studio.actions.actions(studio))

    found = {text: ranked(text, actions, studio)[0].id for text in ("new", "dark", "zin", "exp")}
    studio.close()

    expected = {
        "new": "file.new", "dark": "view.theme-dark", "zin": "view.zoom-in", "exp": "file.export",
    }  # fmt: skip
    assert expected == found


def test_letters_that_do_not_occur_find_nothing() -> None:
    assert score("xyz", "Save as") is None
