"""Words about asking rather than about the subject: what a question's frame is made of."""

import re

from assistant.keywords import stem, words

# Places that documents number or name; the value is the word used in answers.
UNITS = {
    "week": "week",
    "wk": "week",
    "month": "month",
    "phase": "phase",
    "day": "day",
    "module": "module",
    "lesson": "lesson",
    "sprint": "sprint",
    "unit": "unit",
    "stage": "phase",
    "section": "section",
    "chapter": "section",
    "category": "section",
    "group": "section",
    "step": "step",
    "subsection": "section",
}
# Units that mean "any numbered heading", where a document does not use the word itself.
GENERIC_UNITS = frozenset({"section", "step"})

_CARDINALS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
_ORDINALS = ["zeroth", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth"]
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}


def number_words() -> dict[str, int]:
    """ "twenty-one" -> 21, "thirty-first" -> 31, for 0..99; hyphen or space between."""
    table = {word: n for n, word in enumerate(_CARDINALS)} | {word: n for n, word in enumerate(_ORDINALS)}
    for tens, value in _TENS.items():
        table[tens] = value
        table[tens[:-1] + "ieth"] = value
        for n in range(1, 10):
            for join in ("-", " "):
                table[f"{tens}{join}{_CARDINALS[n]}"] = value + n
                table[f"{tens}{join}{_ORDINALS[n]}"] = value + n
    return table


NUMBER_WORDS = number_words()

# Frame of a question: never looked for in the sources. Nouns that documents use as labels are in FACETS.
SCAFFOLD = frozenset(
    ["a", "about", "above", "according", "actually", "add", "added", "advice", "advise", "advised", "after", "before", "afterwards", "ahead", "all", "along", "already", "also", "always", "am", "among", "an", "and", "another", "answer", "any", "anybody", "anyone", "anything", "appear", "appears", "approach", "are", "around", "as", "ask", "asked", "asking", "at", "aware", "away", "basically", "be", "because", "been", "before", "beginner", "begin", "beginning", "behind", "being", "below", "best", "better", "between", "both", "briefly", "bring", "but", "by", "called", "can", "cannot", "chance", "clear", "come", "comes", "coming", "compare", "compared", "comparison", "consider", "contain", "contains", "could", "count", "cover", "covered", "covering", "covers", "curious", "currently", "deal", "deals", "dear", "describe", "described", "detail", "details", "did", "differ", "difference", "differences", "different", "discuss", "discussed", "do", "document", "documents", "does", "doing", "done", "down", "during", "each", "either", "else", "end", "ends", "ending", "enough", "enter", "entire", "etc", "even", "ever", "every", "everybody", "everyone", "everything", "exactly", "expect", "expected", "explain", "explained", "face", "far", "feature", "featured", "few", "figure", "final", "finally", "find", "first", "fit", "follow", "following", "follows", "for", "from", "full", "further", "get", "gets", "getting", "give", "given", "gives", "go", "goes", "going", "good", "great", "guide", "had", "handle", "happen", "happens", "has", "have", "having", "hello", "help", "helps", "here", "hey", "hi", "how", "however", "i", "idea", "if", "important", "in", "include", "included", "includes", "including", "indicate", "instead", "interested", "into", "introduce", "introduced", "introduces", "involve", "involved", "is", "it", "item", "items", "its", "itself", "just", "keep", "kind", "kinds", "know", "land", "last", "later", "lead", "learn", "learned", "learner", "learners", "learning", "least", "less", "let", "lets", "like", "list", "listed", "listing", "lists", "little", "look", "looking", "lot", "made", "main", "make", "makes", "making", "many", "matter", "matters", "may", "maybe", "me", "mean", "meaning", "means", "meant", "mention", "mentioned", "mentions", "might", "mine", "more", "most", "much", "must", "my", "name", "named", "names", "near", "necessary", "need", "needed", "needs", "never", "new", "newbie", "next", "no", "not", "nothing", "now", "occur", "of", "off", "often", "ok", "okay", "old", "on", "once", "one", "ones", "only", "onto", "or", "order", "other", "others", "ought", "our", "out", "over", "overall", "overview", "own", "part", "parts", "particular", "per", "perhaps", "person", "piece", "place", "places", "plan", "planned", "plans", "please", "point", "points", "possible", "precede", "precedes", "preceding", "present", "pretty", "previous", "prior", "probably", "provide", "provided", "provides", "purpose", "put", "question", "questions", "quick", "quickly", "quite", "read", "reading", "really", "reason", "reasons", "recommend", "recommendation", "recommendations", "recommended", "recommends", "refer", "referred", "refers", "regarding", "relate", "related", "remind", "right", "roadmap", "roadmaps", "said", "same", "say", "saying", "says", "schedule", "scheduled", "second", "see", "seem", "seems", "self", "sequence", "set", "several", "shall", "she", "short", "should", "show", "shows", "simple", "simply", "since", "so", "some", "somebody", "someone", "something", "sort", "source", "sources", "spend", "spot", "stand", "stands", "start", "started", "starting", "starts", "state", "stated", "states", "still", "stuff", "such", "suggest", "suggested", "suggesting", "suggestion", "suggestions", "suggests", "summarise", "summarize", "summary", "suppose", "supposed", "sure", "take", "taken", "takes", "talk", "talks", "taught", "teach", "teaches", "tell", "term", "terms", "than", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "thing", "things", "think", "this", "those", "though", "through", "time", "times", "to", "today", "together", "told", "too", "topic", "topics", "totally", "toward", "try", "under", "understand", "until", "up", "upon", "us", "use", "used", "useful", "uses", "using", "usually", "very", "via", "want", "wanted", "wants", "was", "way", "ways", "we", "well", "were", "what", "whats", "when", "where", "whether", "which", "while", "who", "whole", "whom", "whose", "why", "will", "wish", "with", "within", "without", "wonder", "wondering", "word", "words", "work", "worked", "working", "works", "worth", "would", "write", "written", "wrote", "yes", "yet", "you", "your", "yourself", "dont", "doesnt", "isnt", "im", "ive", "id", "whos", "wheres", "ve", "re", "ll", "pls", "plz", "please", "hmm", "btw", "wait", "sorry", "again", "address", "addresses", "next", "straight", "away", "begins", "exist", "exists", "tied", "tie", "aloud", "heard", "hear", "hearing", "areas", "top", "level", "levels", "finish", "finishes", "conclude", "concludes", "counting", "sorts", "sorted", "keeping", "ready", "talking", "practise", "send", "sends", "ideas", "idea", "propose", "proposes", "proposed", "hands", "threats", "known", "whats", "wats", "wat", "numbered", "number", "numbers", "closing", "agree", "agrees", "agreed", "disagree", "map", "maps", "directly", "total", "consist", "consists", "organised", "organized", "laid", "structured", "directly", "immediately", "shortly", "order", "enumerate", "turn", "turns", "turned", "vs", "versus", "category", "categories", "bother", "anywhere", "somewhere", "summed", "sum", "line", "offer", "offers", "offered", "picks", "choose", "choosing", "chosen", "mind", "pop", "pops", "crop", "belong", "belongs", "fall", "falls", "sit", "sits", "live", "located", "locate", "dealt", "devoted", "dedicated", "assigned", "handled", "treated", "treat", "treats", "addressed", "presented", "present", "touch", "touched", "tackle", "tackled", "wind", "jump", "skip", "care", "cares", "curious", "eyes", "opinion", "view", "perspective", "regard", "regards", "wish", "hope", "glad", "grateful", "thankful", "kind", "address", "open", "opens", "click", "opened", "advise", "guys", "folks", "moment", "minute", "today", "yesterday", "tomorrow", "week", "weeks", "anyone", "pure", "purely", "quick", "short", "shortly", "long-form", "brief", "against", "contrast", "contrasting", "single", "whole", "entire", "various", "certain", "specific", "specifically", "especially", "particularly", "mainly", "main", "major", "key", "supposedly", "apparently", "maybe", "perhaps", "ever", "yet", "already", "soon", "early", "late", "earlier", "whenever", "wherever", "gets", "got", "getting", "ends", "ended", "puts", "putting", "set", "sets", "setting", "setup", "keep", "keeps", "carry", "carries", "run", "through", "across", "study", "studies", "studied", "studying", "studies", "teach", "teacher", "cover", "touches", "around", "about", "roughly", "approximately", "recommend", "endorsed", "endorse", "favour", "favor", "prefer", "preferred", "prefers", "justify", "justifies", "justified", "justification", "order", "ordered", "ordering", "position", "positioned", "rank", "stage", "stages", "phase", "phases", "answer", "answers", "replying", "reply", "respond", "response", "responses", "message", "build", "builds", "building", "based", "call", "calls", "bit", "lets", "dear", "kindly", "anyway", "exact", "exactly", "precisely", "correct", "title", "titles", "heading", "headings"]
)

# Labels of documents and the words by which people ask for them.
FACETS: dict[str, frozenset[str]] = {
    "objective": frozenset(
        ["objective", "objectives", "goal", "goals", "aim", "aims", "target", "purpose", "intention", "outcome"]
    ),
    "task": frozenset(
        ["task", "tasks", "todo", "todos", "exercise", "exercises", "assignment", "assignments", "activity", "activities", "steps", "homework"]
    ),
    "project": frozenset(["project", "projects", "deliverable", "build", "building"]),
    "resource": frozenset(
        ["resource", "resources", "link", "links", "linked", "read", "page", "webpage", "sites", "url", "urls", "website", "websites", "site", "material", "materials", "reference", "references", "docs", "documentation", "reading"]
    ),
    "tool": frozenset(["tool", "tools", "tooling", "software"]),
    "topic": frozenset(["topic", "topics", "subject", "subjects", "concept", "concepts", "skill", "skills"]),
    "book": frozenset(["book", "books", "textbook", "textbooks", "author", "authors"]),
    "course": frozenset(["course", "courses", "class", "classes", "mooc"]),
    "tutorial": frozenset(["tutorial", "tutorials", "walkthrough", "walkthroughs"]),
    "video": frozenset(["video", "videos", "youtube"]),
    "article": frozenset(["article", "articles", "blog", "post", "posts"]),
    "repository": frozenset(["repository", "repositories", "repo", "repos"]),
    "example": frozenset(["example", "examples", "exercise", "practice"]),
    "why": frozenset(["why", "reason", "reasons", "rationale", "motivation", "justification", "because"]),
    "builds on": frozenset(
        ["prerequisite", "prerequisites", "requirement", "requirements", "depend", "depends", "foundation", "requires", "presuppose", "builds"]
    ),
    "focus": frozenset(["focus", "emphasis", "focuses"]),
    "stretch goal": frozenset(["stretch", "challenge", "optional", "extra"]),
    "bonus": frozenset(["bonus"]),
    "assessment": frozenset(["assessment", "assessments", "assess"]),
    "note": frozenset(["note"]),
}
LINK_FACETS = frozenset({"resource", "course", "tutorial", "video", "article", "repository"})

# What learners ask of a topic that learning roadmaps do not state; a source that states it wins.
ATTRIBUTES: dict[str, frozenset[str]] = {
    "pay": frozenset(
        ["salary", "salaries", "pay", "paid", "wage", "wages", "income", "earn", "earning", "earnings", "compensation", "payment"]
    ),
    "price": frozenset(
        ["price", "prices", "pricing", "charge", "charges", "charged", "cost", "costs", "fee", "fees", "cheap", "cheaper", "cheapest", "expensive", "dollar", "dollars", "euro", "euros", "usd", "eur", "discount", "subscription", "budget", "free"]
    ),
    "duration": frozenset(["hour", "hours", "minute", "minutes", "duration", "long", "lasts", "last", "lengthy"]),
    "date": frozenset(
        ["old", "age", "date", "dates", "year", "years", "released", "release", "published", "founded", "born", "deadline"]
    ),
    "version": frozenset(["version", "versions"]),
    "person": frozenset(
        ["inventor", "invented", "creator", "created", "founder", "ceo", "maintainer", "maintainers", "teaches", "teacher", "instructor", "instructors", "lecturer"]
    ),
    "rating": frozenset(
        ["rating", "ratings", "review", "reviews", "popular", "popularity", "ranked", "ranking", "star", "stars", "best-selling"]
    ),
    "exam": frozenset(
        ["exam", "exams", "certificate", "certificates", "certification", "certifications", "certified", "passing"]
    ),
    "size": frozenset(["gb", "gigabyte", "gigabytes", "ram", "size", "percentage", "percent", "fastest"]),
    "job": frozenset(["vacancies", "vacancy", "visa"]),
    "contact": frozenset(["email", "phone", "address", "telephone"]),
}
ATTRIBUTE_WORDS = {word: name for name, members in ATTRIBUTES.items() for word in members}

# Short forms that are no initials of their long form.
SHORT_FORMS: dict[str, tuple[str, ...]] = {
    "db": ("database",), "dbs": ("database",), "docs": ("documentation",), "repo": ("repository",),
    "repos": ("repository",), "infra": ("infrastructure",), "viz": ("visualization",), "dataviz": ("visualization",),
    "stats": ("statistics",), "algos": ("algorithms",), "algo": ("algorithm",), "auth": ("authentication",),
    "config": ("configuration",), "env": ("environment",), "envs": ("environment",), "venv": ("virtual", "environment"),
    "gha": ("github", "actions"), "tf": ("terraform",), "prod": ("production",), "sklearn": ("scikit", "learn"),
    "dev": ("development",), "ops": ("operations",), "hyperparams": ("hyperparameter",), "params": ("parameters",),
    "perf": ("performance",), "postgres": ("postgresql",), "mongo": ("mongodb",), "sec": ("security",),
    "container": ("docker",), "containers": ("containerization",), "dockerize": ("containerize",),
    "dockerise": ("containerize",), "resume": ("resume",), "cv": ("resume",), "nb": ("notebook",), "prep": ("preparation",),
}  # fmt: skip

# Question frames of three other languages, so that a question around a tool's name can be matched.
FOREIGN: dict[str, str] = {
    **dict.fromkeys(
        ["welche", "welcher", "welches", "welchen", "welchem", "quelle", "quelles", "quel", "quels", "cuál", "cual", "cuáles", "qué", "que"],
        "which",
    ),
    **dict.fromkeys(["was"], "what"),
    **dict.fromkeys(["woche", "wochen", "semaine", "semaines", "semana", "semanas"], "week"),
    **dict.fromkeys(["monat", "monate", "monaten", "mois", "mes", "meses"], "month"),
    **dict.fromkeys(["projekt", "projekte", "projet", "projets", "proyecto", "proyectos"], "project"),
    **dict.fromkeys(["aufgabe", "aufgaben", "tâche", "tâches", "tache", "taches", "tarea", "tareas"], "tasks"),
    **dict.fromkeys(["ziel", "ziele", "objectif", "objectifs", "objetivo", "objetivos"], "objective"),
    **dict.fromkeys(["buch", "bücher", "buecher", "livre", "livres", "libro", "libros"], "book"),
    **dict.fromkeys(["kurs", "kurse", "cours", "curso", "cursos"], "course"),
    **dict.fromkeys(["werkzeug", "werkzeuge", "outil", "outils", "herramienta", "herramientas"], "tools"),
    **dict.fromkeys(
        ["ressourcen", "quellen", "ressource", "ressources", "recurso", "recursos", "enlaces", "liens"], "resources"
    ),
    **dict.fromkeys(["warum", "weshalb", "wieso", "pourquoi"], "why"),
    **dict.fromkeys(["wie", "comment", "cómo", "como"], "how"),
    **dict.fromkeys(["wo", "où", "dónde", "donde"], "where does"),
    **dict.fromkeys(["wann", "quand", "cuándo", "cuando"], "when"),
    **dict.fromkeys(["wer", "qui", "quién", "quien"], "who"),
    **dict.fromkeys(["viele", "combien", "cuántas", "cuántos", "cuantas", "cuantos"], "many"),
    **dict.fromkeys(["vor", "avant", "antes"], "before"),
    **dict.fromkeys(["nach", "après", "apres", "después", "despues"], "after"),
    **dict.fromkeys(
        ["lernen", "lerne", "lernt", "apprendre", "apprends", "apprend", "aprender", "aprendo", "aprende", "lerne"], "learn"
    ),
    **dict.fromkeys(["geschrieben", "écrit", "ecrit", "escrito", "escribió"], "wrote"),
    **dict.fromkeys(["trouver", "finden", "encontrar", "encuentro", "finde", "trouve"], "find"),
    **dict.fromkeys(["étudie", "etudie", "étudier", "estudia", "estudiar", "studieren", "gelernt"], "study"),
    **dict.fromkeys(["aparece", "aparecen", "erscheint", "apparaît", "apparait"], "appear"),
    **dict.fromkeys(["sechsmonatsplan", "halbjahresplan"], "six-month plan"),
    **dict.fromkeys(["themen", "thema", "sujets", "sujet", "temas", "tema"], "topics"),
    **dict.fromkeys(
        ["überwachung", "ueberwachung", "surveillance", "monitorización", "monitorizacion", "supervisión"],
        "monitoring",
    ),
    **dict.fromkeys(["sicherheit", "sécurité", "securite", "seguridad"], "security"),
    **dict.fromkeys(["datenversionierung"], "versioning"),
    **dict.fromkeys(["bereitstellung", "déploiement", "deploiement", "despliegue"], "deployment"),
}
FOREIGN_FRAME = frozenset(
    ["hat", "haben", "dort", "darin", "auch", "noch", "a-t-on", "t-on", "t", "vous", "nous", "ils", "elles", "puis-je", "dois-je", "sont-ils", "welchem", "mich", "dich", "sich", "bei", "wenn", "dann", "doch", "nur", "eigentlich", "avons", "avez", "ont", "pas", "ne", "plus", "mi", "me", "te", "su", "sus", "si", "no", "más", "mas", "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "ist", "sind", "wird", "werden", "behandelt", "im", "in", "zu", "zum", "zur", "mit", "für", "fuer", "von", "auf", "und", "oder", "ich", "man", "mir", "kann", "sollte", "soll", "muss", "bitte", "plan", "gibt", "es", "steht", "kommt", "kommen", "dran", "über", "ueber", "geht", "um", "deutsch", "nennt", "nennen", "erwähnt", "le", "la", "les", "un", "une", "des", "du", "de", "est", "sont", "traite", "traitent", "aborde", "abordent", "dans", "pour", "avec", "sur", "et", "ou", "je", "on", "puis", "peux", "faut", "dois", "il", "elle", "se", "ce", "cette", "plan", "s'agit", "quoi", "el", "los", "las", "una", "unos", "es", "son", "se", "trata", "tratan", "cubre", "cubren", "en", "para", "con", "sobre", "y", "o", "yo", "puedo", "debo", "hay", "del", "al", "lo", "por", "favor", "dice", "dicen", "utilise", "utiliser", "usar", "usa", "parle", "parlent", "habla", "hablan", "couvre", "couvrent", "consacrée", "dédiée", "gewidmet"]
)

_HEAD_WORDS = re.compile(r"[a-zà-ÿß'-]+", re.IGNORECASE)


_ASKED_ONLY = frozenset(
    {"build", "building", "practice", "read", "linked"}
)  # never part of a label's meaning


def unit_of(word: str) -> str:
    """The unit a word names, singular or plural; "" when it names none."""
    for ending, instead in (("", ""), ("s", ""), ("ies", "y")):
        if word.endswith(ending) and (base := word.removesuffix(ending) + instead) in UNITS:
            return UNITS[base]
    return ""


def facet_of(label: str) -> str:
    """The facet a document's label stands for, "" when it is a label of its own ("Drift Detection")."""
    lowered = label.lower()
    for name in ("stretch goal", "builds on", "why"):
        if lowered.startswith(name):
            return name
    found = {stem(w) for w in words(lowered)}
    if len(found) > 3:
        return ""
    for name, members in FACETS.items():
        if stem(name) in found or found & {stem(m) for m in members if len(m) > 3 and m not in _ASKED_ONLY}:
            return name
    return ""
