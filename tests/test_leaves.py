"""What a roadmap names: which parts of its structure a note has to explain."""

from pathlib import Path

import pytest
from fakes_query import shipped

from assistant.documents import Source
from ingest.leaves import leaves
from ingest.pipeline import make_document

TEXT = """# Roadmap

Everything in order.

## 1. Foundations

- **Topics:** Python programming, design principles (SOLID, DRY)
- **Why First:** Everything starts from it.
- **Testing:** Write unit tests.
- **Example:** Build a small tool.
- **Tools:** pandas, NumPy
- **Course:** [Learn it](https://example.org/course)

## 2) Data

### 2.1) Formats

- CSV
  - TSV
- [A link](https://example.org/csv)

### 2.2) Secrets

### Week 3: Docker

- **Tasks:**
  - Write a Dockerfile.

## Textbooks

- **A Book** by Some One

## Summary of it all

- **Beginner:** Python.
"""


def named(text: str) -> list[tuple[str, str]]:
    document = make_document(Source("plan", "roadmap", "Plan"), text)
    return [(leaf.heading, leaf.item) for leaf in leaves(document)]


def test_leaves_are_sections_items_and_labels_but_no_links_books_or_exercises() -> None:
    first, formats = "1. Foundations", "2.1) Formats"
    assert named(TEXT) == [
        (first, ""),
        (first, "Python programming"),
        (first, "design principles (SOLID, DRY)"),
        (first, "Testing"),
        (first, "pandas"),
        (first, "NumPy"),
        (formats, ""),
        (formats, "CSV"),
        (formats, "TSV"),
        ("2.2) Secrets", ""),
        ("Week 3: Docker", ""),
    ]


def test_a_name_listed_twice_in_a_section_is_one_leaf() -> None:
    assert named("# R\n\n## 1. A\n\n- Jenkins\n- CircleCI\n- Jenkins\n")[1:] == [
        ("1. A", "Jenkins"),
        ("1. A", "CircleCI"),
    ]


@pytest.mark.parametrize(
    ("source", "heading", "item"),
    [
        ("senior-concepts", "3.5) Secrets Management", ""),
        ("senior-concepts", "1.1) Math", "Markov Chains"),
        ("structured-skills", "11. Collaboration, Communication, and Team Workflows", "Project Management"),
        ("roadmap-2024", "2.2. Kubernetes", "K9s CLI for Kubernetes"),
        ("learning-sequence", "3. Data Engineering Basics", "data versioning (DVC)"),
        ("six-month-plan", "Week 24: Interview Preparation & Portfolio Polish", ""),
    ],
)
def test_the_shipped_roadmaps_give_their_names(source: str, heading: str, item: str) -> None:
    found = {(leaf.heading, leaf.item) for leaf in leaves(shipped()[source].document)}
    assert (heading, item) in found


def test_no_book_of_the_concept_roadmap_is_a_leaf() -> None:
    text = " ".join(leaf.item for leaf in leaves(shipped()["senior-concepts"].document))
    assert "Clean Code" in text and "Robert C. Martin" not in text


def test_the_corpus_folder_has_nothing_but_its_known_parts() -> None:
    corpus = Path(__file__).parent.parent / "corpus"
    assert {path.name for path in corpus.iterdir() if not path.name.startswith("__")} == {
        "README.md",
        "questions",
        "roadmaps",
        "topics",
    }
