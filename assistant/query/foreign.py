"""Questions in German, French or Spanish: their frame put into English, so that names can be matched."""

import re

from assistant.keywords import words
from assistant.query.lexicon import SCAFFOLD

# English word -> the words of the three languages that mean it
_MEANINGS: dict[str, str] = {
    "which": "welche welcher welches welchen welchem quelle quelles quel quels cuál cual cuáles qué que",
    "what": "was",
    "week": "woche wochen semaine semaines semana semanas",
    "month": "monat monate monaten mois mes meses",
    "project": "projekt projekte projet projets proyecto proyectos",
    "tasks": "aufgabe aufgaben tâche tâches tache taches tarea tareas",
    "objective": "ziel ziele objectif objectifs objetivo objetivos",
    "book": "buch bücher buecher livre livres libro libros",
    "course": "kurs kurse cours curso cursos",
    "tools": "werkzeug werkzeuge outil outils herramienta herramientas",
    "resources": "ressourcen quellen ressource ressources recurso recursos enlaces liens",
    "why": "warum weshalb wieso pourquoi",
    "how": "wie comment cómo como",
    "where does": "wo où dónde donde",
    "when": "wann quand cuándo cuando",
    "who": "wer qui quién quien",
    "many": "viele",
    "how much": "wieviel cuánto cuanto",
    "earn": "verdient verdiene verdienen gagne gagner gagnent gana ganan ganar",
    "salary": "gehalt gehälter lohn salaire salaires sueldo sueldos salario salarios",
    "cost": "kostet kosten koste coûte coûtent coute cuesta cuestan costar",
    "price": "preis preise prix precio precios",
    "expensive": "teuer cher chère caro cara",
    "how long": "lange",
    "learning sequence": "lernreihenfolge lernsequenz lernabfolge",
    "roadmap": "fahrplan",
    "comes": "kommt vient viene",
    "right": "direkt direkte juste justo directement",
    "how many": "combien cuántas cuántos cuantas cuantos",
    "before": "vor avant antes",
    "after": "nach après apres después despues",
    "learn": "lernen lerne lernt apprendre apprends apprend aprender aprendo aprende",
    "wrote": "geschrieben écrit ecrit escrito escribió",
    "find": "trouver finden encontrar encuentro finde trouve",
    "study": "étudie etudie étudier estudia estudiar studieren gelernt",
    "appear": "aparece aparecen erscheint apparaît apparait",
    "six-month plan": "sechsmonatsplan halbjahresplan",
    "topics": "themen thema sujets sujet temas tema",
    "monitoring": "überwachung ueberwachung surveillance monitorización monitorizacion supervisión",
    "security": "sicherheit sécurité securite seguridad",
    "versioning": "datenversionierung",
    "deployment": "bereitstellung déploiement deploiement despliegue",
}
FOREIGN: dict[str, str] = {word: english for english, row in _MEANINGS.items() for word in row.split()}

# Words that only hold a sentence together; they are dropped.
_FRAME = {
    "German": """
        auch auf behandelt bei bitte dann darin das dem den der des deutsch dich die doch dort dran
        eigentlich ein eine einem einen erwähnt es fuer für geht gewidmet gibt haben hat ich im in ist
        kann kommen man mich mir mit muss nennen nennt noch nur oder plan sich sind soll sollte
        steht ueber um und von welchem wenn werden wird zu zum zur über
    """,
    "French": """
        aborde abordent avec avez avons ce cette consacrée couvre couvrent dans de des dois du dédiée
        elle elles est et faut il ils je la le les ne nous on ont ou parle parlent pas peux plus pour
        puis quoi s'agit se sont sur t traite traitent un une utilise utiliser vous
    """,
    "Spanish": """
        al con cubre cubren debo del dice dicen el en es favor habla hablan hay la las lo los mas me mi
        más no o para por puedo si sobre son su sus te trata tratan una unos usa usar y yo
    """,
}
FOREIGN_FRAME = frozenset(" ".join(_FRAME.values()).split())

_LATIN_END = 0x24F  # letters above it belong to other alphabets than the Latin one
_ACCENTED = re.compile(r"[¿¡à-ÿ]")
_PIECES = re.compile(r"([\w'’]+)")
_BLANKS = re.compile(r"\s+")


def is_foreign(text: str) -> bool:
    """Whether a question is mostly in another language than English."""
    found = words(text)
    if not found:
        return False
    if sum(ord(c) > _LATIN_END for c in text if c.isalpha()) > len(text) / 4:
        return True
    other = sum(w in FOREIGN_FRAME or (w in FOREIGN and w not in SCAFFOLD) for w in found)
    own = sum(w in SCAFFOLD for w in found)
    if any(w in FOREIGN_FRAME and w not in SCAFFOLD for w in found):  # "was ist": a German "was"
        both = sum(w in FOREIGN and w in SCAFFOLD and w not in FOREIGN_FRAME for w in found)
        other, own = other + both, own - both
    if other and not own and _ACCENTED.search(text):
        return True
    return other > own and other >= 2


# Names and phrases of several words, put into English before the single words.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), english)
    for pattern, english in (
        (r"\bplan (?:de|en|à|sur) (?:six|seis|6) (?:mois|meses)\b", "six-month roadmap"),
        (r"\b(?:sechs|6)[-\s]?monats?[-\s]?plan\w*\b", "six-month roadmap"),
        (r"\bs[ée]quence d['’]apprentissage\b", "learning sequence"),
        (r"\bsecuencia de aprendizaje\b", "learning sequence"),
        (r"\bfeuilles? de route\b", "roadmap"),
        (r"\bhojas? de ruta\b", "roadmap"),
        (r"\bwie ?viel\b", "how much"),
        (r"\bwie ?viele\b", "how many"),
        (r"\b(?:wie lange|combien de temps|cuánto tiempo)\b", "how long"),
        (r"\bcombien (?=(?:co[uû]te|gagne|vaut))", "how much "),
        (r"\bcuánto (?=(?:cuesta|gana|vale))", "how much "),
    )
)


def translate(text: str) -> str:
    """The question's frame in English; what belongs to no frame stays as it is."""
    for phrase, english in _PHRASES:
        text = phrase.sub(english, text)
    return _BLANKS.sub(" ", "".join(map(_in_english, _PIECES.split(text)))).strip()


def _in_english(piece: str) -> str:
    lowered = piece.lower().replace("’", "'")
    for word in (lowered, lowered.split("'")[-1]):  # "l'objectif" -> "objectif"
        if word in FOREIGN:
            return FOREIGN[word]
    if lowered in FOREIGN_FRAME or lowered.split("'")[-1] in FOREIGN_FRAME:
        return ""
    return piece
