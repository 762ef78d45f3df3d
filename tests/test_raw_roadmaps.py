"""The source documents as they were found: the same questions get the same facts from the same sections."""

import os
from pathlib import Path

import pytest

from assistant.bootstrap import Assistant, build_assistant
from assistant.embedding import build_embedder
from assistant.settings import Settings
from ingest.pipeline import IngestRequest, run

RAW = Path(os.environ.get("ROADMAP_SHARED", Path(__file__).parent.parent.parent / "shared")) / "roadmaps"
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not RAW.is_dir(), reason="set ROADMAP_SHARED to the source documents"),
]

# question, a fact of the answer, the section that is cited
SAME: list[tuple[str, str, str]] = [
    ("What is the project of week 9?", "API", "Week 9"),
    ("What is the objective of week 12?", "retrain", "Week 12"),
    ("Which week covers KServe?", "Week 20", "Week 20"),
    ("In which week do I learn Docker?", "Week 4", "Week 4"),
    ("What comes right after week 20?", "Week 21", "Week 21"),
    ("Which week is about Terraform?", "Week 14", "Week 14"),
    ("Which week covers Kubeflow Pipelines?", "Week 18", "Week 18"),
    ("Which command deploys the model in week 20?", "kubectl apply -f", "Week 20"),
    ("Which dataset is used in week 2?", "Boston Housing", "Week 2"),
    ("What are the resources of week 16?", "OWASP", "Week 16"),
    ("What is the project of week 23?", "ML pipeline", "Week 23"),
    ("Which week prepares for interviews?", "Week 24", "Week 24"),
    ("Where can I learn about Prometheus in week 10?", "http", "Week 10"),
    ("What is the project of week 7?", "Airflow", "Week 7"),
    ("Who wrote Python Crash Course?", "Eric Matthes", "1.1. Python & IDEs"),
    ("Which book on Terraform is suggested?", "Yevgeniy Brikman", "Terraform"),
    ("Who wrote Designing Machine Learning Systems?", "Chip Huyen", "4. MLOps Principles"),
    ("Which books are in section 5.1?", "Learning GitHub Actions", "5.1. Version Control"),
    ("Which tool tracks data in section 5.4?", "DVC", "5.4. Data Lineage"),
    ("Which course on Airflow is there in section 5.2?", "Introduction to Airflow", "5.2. Orchestration"),
    ("Who wrote The Linux Command Line?", "William E. Shotts", "1.2. Bash"),
    ("List the LLM frameworks and libraries", "LangChain", "8.8) Frameworks"),
    ("What does section 8.6 list?", "Mistral", "8.6) LLMs"),
    ("Which deployment strategies are in section 3.4?", "Blue-Green", "3.4) Deployment Strategies"),
    ("Who wrote Clean Code?", "Robert C. Martin", "Textbooks"),
    ("Who edited Readings in Database Systems?", "Hellerstein", "Textbooks"),
    ("List the messaging tools of section 2.5", "Kafka", "2.5) Messaging"),
    ("Which tools detect drift in the structured roadmap?", "Evidently", "7. Monitoring"),
    ("Which tools serve models in category 6?", "TorchServe", "6. Model Serving"),
    ("How does the structured roadmap version data?", "Git LFS", "3. Data Engineering"),
    ("Why does containerization come first in the intermediate phase?", "consisten", "Containerization"),
    ("What does the advanced phase focus on?", "secur", "Advanced"),
]  # fmt: skip


@pytest.fixture(scope="module", params=["edition", "raw"])
def assistant(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    if request.param == "edition":
        shipped: Assistant = request.getfixturevalue("shipped_assistant")
        return shipped
    settings = Settings(data=tmp_path_factory.mktemp("raw"))
    embedder = build_embedder(settings.embedding)
    run(settings, embedder, IngestRequest(paths=(str(RAW),), only=True))
    return build_assistant(settings, embedder=embedder)


@pytest.mark.parametrize(("question", "fact", "section"), SAME, ids=[question for question, _, _ in SAME])
def test_a_question_gets_the_same_fact_from_the_same_section(assistant, question, fact, section) -> None:
    answer = assistant.ask(question)
    assert fact.lower() in answer.text.lower(), answer.text
    assert any(section in heading for c in answer.citations for heading in c.heading_path), answer.citations
