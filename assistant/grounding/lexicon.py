"""Word lists of the support score: what carries no claim, what contradicts what, how numbers are written."""

from assistant.keywords import stem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FUNCTION_WORDS = _words(
    """
    a about above across again all almost along already also although always am among an and another
    any anyone anything are around as at away back be became because become becomes been before
    being below between both but by came can cannot come comes could did do does doing done down
    during each either else even ever every few for from further get gets give gives go goes going
    got had has have having he hence her here hers herself him himself his how however if in indeed
    instead into is it its itself just keep kind least less like made make makes many may me might
    mine more moreover most much must my myself near neither never no nor not nothing now of off
    often on once one ones only onto or other others otherwise ought our ours out over own per
    perhaps put quite rather really s same she should since so some someone something soon still
    such t take takes than that the their theirs them themselves then there therefore these they
    this those though through throughout thus to together too toward towards under until up upon us
    use used using very via was we well went were what whatever when where whereas whether which
    while who whole whom whose why will with within without would yes yet you your yours yourself ok
    okay sure don doesn didn isn aren wasn weren won wouldn shouldn couldn hasn haven hadn ll ve re
    d m
    """
)

# Words to speak about sources with. Absent from the passages they cost nothing, present they count.
TEMPLATE_WORDS = _words(
    """
    according address addresses answer article asks book chapter cite cites comes contain contains
    cover covered covers covering describe described describes detail details directly document
    documents entry everything explain explains final first firstly follow followed following
    follows found give given gives goes guide heading headed include included includes including
    item items introduce introduces introduced last later latter learn level link linked links list
    listed lists listing located mention mentioned mentions month months name named names namely
    next note notes number objective objectives overall page pages part parts passage passages phase
    phases place placed places plan plans point points present presents presented preceding precede
    precedes previous project projects question read reads recommend recommends recommended request
    requested report reports refer refers resource resources respectively right roadmap roadmaps row
    say says second section sections see show shows source sources specifically stage stand stands
    start starts state stated states step steps study suggest suggests suggested summary table task
    tasks teach teaches tell tells text third title titled topic topics total treat treats turn week
    weeks word words work author authors brief short
    """
)

# Structure words that number what follows: "week 20" must not be answered from "week 21".
LABELS = _words(
    "week month day year step phase stage section chapter part level version page book hour minute percent"
)

NEGATORS = _words(
    """
    not no never none neither nor without cannot cant nothing nobody nowhere hardly unable unlikely
    lack lacks lacking
    """
)

_OPPOSITES = (
    ("increase rise rose grow grew raise higher", "decrease reduce fall fell drop lower decline shrink"),
    ("before earlier precede prior", "after later follow subsequent"),
    ("first", "last final"),
    ("beginner", "advanced intermediate"),
    ("intermediate", "advanced"),
    ("always", "never rarely sometimes"),
    ("more most", "less fewer least"),
    ("maximum max", "minimum min"),
    ("maximize", "minimize"),
    ("enable", "disable"),
    ("allow permit", "forbid deny prevent block"),
    ("accept", "reject refuse"),
    ("add", "remove delete"),
    ("start begin began", "stop end finish"),
    ("open", "close"),
    ("online", "offline"),
    ("batch", "stream"),
    ("synchronous", "asynchronous"),
    ("public", "private"),
    ("internal", "external"),
    ("local", "remote"),
    ("success succeed", "failure fail"),
    ("win won", "lose lost"),
    ("fast", "slow"),
    ("large big", "small"),
    ("high", "low"),
    ("long", "short"),
    ("easy easier", "hard harder difficult"),
    ("same", "different"),
    ("old", "new young"),
    ("early", "late"),
    ("left", "right"),
    ("horizontal", "vertical"),
    ("required mandatory", "optional"),
    ("static", "dynamic"),
    ("manual", "automatic"),
    ("structured", "unstructured"),
    ("supervised", "unsupervised"),
    ("cheap cheaper", "expensive costly"),
    ("positive", "negative"),
    ("best better", "worst worse"),
    ("input", "output"),
    ("man men boy", "woman women girl"),
    ("son brother father husband", "daughter sister mother wife"),
    ("north", "south"),
    ("northern", "southern"),
    ("east", "west"),
    ("eastern", "western"),
    ("alive", "dead"),
    ("guilty", "innocent"),
)


def _antonyms() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for pair in _OPPOSITES:
        left, right = (frozenset(stem(word) for word in side.split()) for side in pair)
        for these, those in ((left, right), (right, left)):
            for word in these:
                table[word] = table.get(word, frozenset()) | those
    return table


ANTONYMS = _antonyms()  # by stem

# What people ask for and passages rarely state: one that no passage names is invented.
ATTRIBUTES = _words(
    """
    salary salaries wage wages pay paid price prices priced pricing cost costs fee fees dollar
    dollars euro euros usd deadline discount free certificate certification refund tuition
    enrollment
    """
)

COUNTED_WORDS = _words("roadmap roadmaps source sources document documents plan plans")
TOTAL_WORDS = _words("total altogether overall")
SHORT_NAMES = frozenset(("Go", "R", "C"))  # names that look like function words or letters

_BELOW_TEN = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
)
NUMBER_WORDS = {
    **{word: str(value) for value, word in enumerate((*_BELOW_TEN, *_TEENS, "nineteen"))},
    **{word: str(10 * value) for value, word in enumerate(_TENS, 2)},
    **{word: str(value) for value, word in enumerate(_ORDINALS, 3)},
    **{
        f"{tens}-{unit}": str(10 * ten + value)
        for ten, tens in enumerate(_TENS, 2)
        for value, unit in enumerate(_BELOW_TEN[1:], 1)
    },
    "hundred": "100",
    "thousand": "1000",
    "dozen": "12",
}
