"""Words about asking rather than about the subject: what a question's frame is made of."""

import re
from collections.abc import Mapping
from functools import lru_cache

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

_CARDINALS = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty
"""
_ORDINALS = """
    zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
    fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def number_words() -> dict[str, int]:
    """ "twenty-one" -> 21, "thirty-first" -> 31, for 0..99; hyphen or space between."""
    cardinals, ordinals = _CARDINALS.split(), _ORDINALS.split()
    table = {word: n for names in (cardinals, ordinals) for n, word in enumerate(names)}
    for ten, name in enumerate(_TENS.split(), start=2):
        table[name] = table[f"{name[:-1]}ieth"] = 10 * ten
        for one in range(1, 10):
            for join in ("-", " "):
                table[f"{name}{join}{cardinals[one]}"] = 10 * ten + one
                table[f"{name}{join}{ordinals[one]}"] = 10 * ten + one
    return table


NUMBER_WORDS = number_words()


def _sets(rows: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Words written in one string each, as sets."""
    return {name: frozenset(members.split()) for name, members in rows.items()}


# What a question's frame is made of, by what the words do. Nouns that documents use as labels are in FACETS.
_FRAME: dict[str, frozenset[str]] = _sets({
    "articles, pronouns, people": """
        a all an another any anybody anyone anything both certain each either enough entire every
        everybody everyone everything few folks full guys i it its itself least less little lot many me
        mine more most much my nothing one ones other others our own person same self several she single
        some somebody someone something such that the their them these they this those us various we
        what which who whole whom whose you your yourself
    """,
    "auxiliary verbs, short forms of them and of question words": """
        am are arent be been being can cannot cant could couldnt did didnt do does doesnt doing done dont
        gonna had hadnt has hasnt have havent having id im is isnt ive ll may might must ought re shall
        should ve was wat wats were whats wheres whos will wont would wouldnt
    """,
    "prepositions and conjunctions": """
        about above across after against ahead along among and around as at away because before behind
        below between but by down during else etc for from how however if in instead into near no not of
        off on onto or out over per since so than though through to together too toward under until up
        upon versus via vs when whenever where wherever whether while why with within without
    """,
    "time and sequence": """
        afterwards again already always begin beginning begins closing come comes coming conclude
        concludes currently earlier early end ended ending ends ever final finally finish finishes first
        follow following follows further immediately last late later minute moment never new next now
        occur often old once phase phases precede precedes preceding previous prior second shortly soon
        stage stages start started starting starts still straight then time times today tomorrow usually
        week weeks yesterday yet
    """,
    "degree and manner": """
        actually also altogether anyway apparently approximately basically best better bit brief briefly clear
        correct directly especially even exact exactly good great important just key kind kinds main
        mainly major maybe necessary only overall particular particularly perhaps possible precisely
        pretty probably pure purely quick quickly quite really right roughly short simple simply sort
        sorts specific specifically supposedly sure totally useful very well worth
    """,
    "asking and telling": """
        address addressed addresses advice advise advised agree agreed agrees aloud answer answers ask
        asked asking call called calls compare compared comparison contrast contrasting describe
        described describes detail details differ difference differences different disagree discuss
        discussed discusses endorse endorsed enumerate expect expected explain explained explains favor
        favour give given gives hear heard hearing indicate introduce introduced introduces
        justification justified justifies justify know known list listed listing lists mean meaning
        means meant mention mentioned mentions message name named names opinion order ordered ordering
        perspective point points prefer preferred prefers propose proposed proposes question questions
        rank reason reasons recommend recommendation recommendations recommended recommends refer
        referred refers regard regarding regards relate related remind reply replying respond response
        responses said say saying says show shows state stated states suggest suggested suggesting
        suggestion suggestions suggests sum summarise summarize summary summed talk talking talks tell
        term terms told view word words write written wrote
    """,
    "learning and planning": """
        according aware based beginner build building builds cover covered covering covers document
        documents guide hands idea ideas learn learned learner learners learning level levels map maps
        newbie overview plan planned plans practise present presented purpose read reading ready roadmap
        roadmaps run schedule scheduled sequence set sets setting setup skip source sources spend
        studied studies study studying taught teach teacher teaches think topic
        topics understand use used uses using work worked working works
    """,
    "where a thing stands": """
        anywhere appear appears areas assigned belong belongs categories category consist consists
        contain contains count counting crop deal deals dealt dedicated devoted exist exists face fall
        falls far feature featured figure fit handle handled happen happens heading headings here
        include included includes including involve involved item items laid land line live locate
        located number numbered numbers open opened opens organised organized part parts piece place
        places pop pops position positioned put puts putting sit sits somewhere sorted spot stand stands
        there thing things tie tied title titles top total touch touched touches treat treated treats
        wind
    """,
    "finding, choosing, having": """
        add added approach bother bring care cares carries carry chance choose choosing chosen click
        consider enter eyes find get gets getting go goes going got help helps jump keep keeping keeps
        lead let lets like look looking made make makes making matter matters mind need needed needs
        offer offered offers picks provide provided provides see seem seems send sends stuff suppose
        supposed tackle tackled take taken takes try turn turned turns wait want wanted wants way ways
    """,
    "courtesies": """
        btw curious dear glad grateful hello hey hi hmm hope interested kindly ok okay please pls plz
        sorry thank thankful thanks wish wonder wondering yes
    """,
})  # fmt: skip
# Words that are never looked for in the sources.
SCAFFOLD = frozenset().union(*_FRAME.values())

# Labels of documents and the words by which people ask for them.
FACETS: dict[str, frozenset[str]] = _sets({
    "objective": "objective objectives goal goals aim aims target purpose intention outcome",
    "task": """
        task tasks todo todos exercise exercises assignment assignments activity activities steps homework
    """,
    "project": "project projects deliverable build building",
    "resource": """
        resource resources link links linked read reading page webpage site sites url urls website websites
        material materials reference references docs documentation
    """,
    "tool": "tool tools tooling software",
    "topic": "topic topics subject subjects concept concepts skill skills",
    "book": "book books textbook textbooks author authors",
    "course": "course courses class classes mooc",
    "tutorial": "tutorial tutorials walkthrough walkthroughs",
    "video": "video videos youtube",
    "article": "article articles blog post posts",
    "repository": "repository repositories repo repos",
    "example": "example examples exercise practice",
    "why": "why reason reasons rationale motivation justification because",
    "builds on": """
        prerequisite prerequisites requirement requirements requires depend depends foundation presuppose
        builds
    """,
    "focus": "focus focuses emphasis",
    "stretch goal": "stretch challenge optional extra",
    "bonus": "bonus",
    "assessment": "assessment assessments assess",
    "note": "note",
})  # fmt: skip
LINK_FACETS = frozenset({"resource", "course", "tutorial", "video", "article", "repository"})
# People ask with these words; in a label they mean something else ("Build Tools").
_NARROWING = frozenset({"on", "of", "for", "to", "with", "in", "about", "from"})
_ASKED_ONLY = frozenset({"build", "building", "builds", "linked", "practice", "read"})

# What learners ask of a topic that learning roadmaps do not state; a source that states it wins.
ATTRIBUTES: dict[str, frozenset[str]] = _sets({
    "pay": "salary salaries pay paid wage wages income earn earning earnings compensation payment",
    "price": """
        price prices pricing charge charges charged cost costs fee fees cheap cheaper cheapest expensive free
        dollar dollars euro euros usd eur discount subscription budget
    """,
    "duration": "hour hours minute minutes duration long lasts last lengthy",
    "date": "old age date dates year years released release published founded born deadline",
    "version": "version versions",
    "person": """
        inventor invented creator created founder ceo maintainer maintainers teaches teacher instructor
        instructors lecturer
    """,
    "rating": "rating ratings review reviews popular popularity ranked ranking star stars",
    "exam": "exam exams certificate certificates certification certifications certified passing",
    "size": "gb gigabyte gigabytes ram size percentage percent fastest",
    "job": "vacancies vacancy visa",
    "contact": "email phone address telephone",
})  # fmt: skip
ATTRIBUTE_WORDS = {word: name for name, members in ATTRIBUTES.items() for word in members}

# Short forms that are no initials of their long form.
SHORT_FORMS: dict[str, tuple[str, ...]] = {
    "algo": ("algorithm",), "algos": ("algorithms",), "auth": ("authentication",),
    "cmd": ("command",), "cmds": ("command",),
    "config": ("configuration",), "container": ("docker",), "containers": ("containerization",),
    "cv": ("resume",), "dataviz": ("visualization",), "db": ("database",), "dbs": ("database",),
    "dev": ("development",), "dockerise": ("containerize",), "dockerize": ("containerize",),
    "docs": ("documentation",), "env": ("environment",), "envs": ("environment",),
    "gha": ("github", "actions"), "hyperparams": ("hyperparameter",), "infra": ("infrastructure",),
    "mongo": ("mongodb",), "nb": ("notebook",), "ops": ("operations",), "params": ("parameters",),
    "perf": ("performance",), "postgres": ("postgresql",), "prep": ("preparation",),
    "prod": ("production",), "repo": ("repository",), "repos": ("repository",), "resume": ("resume",),
    "sec": ("security",), "sklearn": ("scikit", "learn"), "stats": ("statistics",), "tf": ("terraform",),
    "venv": ("virtual", "environment"), "viz": ("visualization",),
}  # fmt: skip


def unit_of(word: str) -> str:
    """The unit a word names, singular or plural; "" when it names none."""
    word = word.lower()
    for ending, instead in (("", ""), ("s", ""), ("ies", "y")):
        if word.endswith(ending) and (base := word.removesuffix(ending) + instead) in UNITS:
            return UNITS[base]
    return ""


@lru_cache(maxsize=4096)
def facet_of(label: str) -> str:
    """The facet a document's label stands for, "" when it is a label of its own ("Drift Detection")."""
    lowered = label.lower()
    for name in ("stretch goal", "builds on", "why"):
        if lowered.startswith(name):
            return name
    heads = {stem(part[-1]) for part in _label_parts(lowered) if part}
    for name, members in FACETS.items():
        if stem(name) in heads or heads & {stem(m) for m in members if len(m) > 3 and m not in _ASKED_ONLY}:
            return name
    return ""


def _label_parts(label: str) -> list[list[str]]:
    """The parts of "Tutorials & Courses", each up to what narrows it ("Great Resource" of "… on MLOps")."""
    parts = []
    for part in re.split(r"[&,/]|\band\b|\bor\b", label):
        found: list[str] = []
        for word in words(part):
            if word in _NARROWING:
                break
            if stem(word) != "suggest":  # "Book Suggestion" is about books
                found.append(word)
        parts.append(found)
    return parts
