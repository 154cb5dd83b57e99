"""English verbs of speech and thought, their forms and what makes them speech. Data only."""

from __future__ import annotations

# Verbs of speech and thought. A line: forms as base, third person, past, participle in -ing.
_REGULAR = """
    accept accuse acknowledge add address admit advise advocate affirm agree allege announce answer appeal applaud
    argue assert assess assure assume blame blast boast caution celebrate challenge charge claim clarify comment
    complain concede conclude condemn confess confirm congratulate consider contend counter criticise criticize cry
    declare decry defend demand denounce deny deplore describe detail disagree disclose dismiss dispute doubt
    downplay echo elaborate emphasise emphasize endorse estimate evaluate exclaim explain express fear forecast
    guess hail highlight hint hope imply indicate infer insist judge laud lambast lambaste lament maintain mention
    mock muse note object observe opine point ponder post praise predict proclaim promise pledge propose protest
    question quip react reaffirm reason reassure rebuff rebuke rebut recall recognise recognize recommend reckon
    refute reiterate reject relate remark remind repeat reply report respond retort reveal ridicule rule salute
    scoff signal slam speculate state stress submit suggest surmise surprise suspect testify thank threaten tout
    tweet underline underscore urge view voice vow warn welcome wonder worry write
    admonish allow assail aver bemoan beseech bristle bemoan calculate castigate caveat chuckle conjecture confide
    crow cringe deadpan deem demur deride discount enthuse excoriate exhort exult figure fret fume gloat gripe
    grouse growl grumble gush hazard huff hypothesise hypothesize implore intimate intone jeer jibe joke lampoon
    lash lecture liken mumble murmur mutter parry plea posit prophesy pronounce protest rant reckon remonstrate
    reproach riposte rubbish scold scorn shout shrug sigh sneer sniff snort spurn squirm surmise taunt theorise
    herald extol glorify trumpet tout depict theorize thunder upbraid
    venture vouch wager whisper yell reference advertise recap recount reflect
    volunteer beg bark bellow bluster chorus concur console drawl effuse enjoin insinuate interject mull preach rage
    rejoin reminisce roar scream snarl sob stammer vent wail whine hiss croak remind foreshadow forewarn disavow
    repudiate rubbish deprecate disparage decry eulogise eulogize commiserate counsel
    """.split()
_IRREGULAR = {
    "say": "say says said saying",
    "tell": "tell tells told telling",
    "think": "think thinks thought thinking",
    "believe": "believe believes believed believing",
    "see": "see sees saw seeing",
    "speak": "speak speaks spoke speaking",
    "write": "write writes wrote written writing",
    "put": "put puts putting",
    "hold": "hold holds held",
    "feel": "feel feels felt",
    "find": "find finds found",
    "know": "know knows knew",
    "call": "call calls called calling",
    "expect": "expect expects expected expecting",
    "want": "want wants wanted",
    "cite": "cite cites cited citing",
    "quote": "quote quotes quoted quoting",
    "ask": "ask asks asked asking",
    "swear": "swears swore",
    "make": "make makes made making",
    "issue": "issue issues issued issuing",
    "release": "release releases released releasing",
    "give": "give gives gave giving",
    "take": "take takes took",
    "offer": "offer offers offered offering",
    "share": "share shares shared",
    "deliver": "deliver delivers delivered delivering",
    "draw": "draw draws drew",
    "raise": "raise raises raised raising",
    "sound": "sound sounds sounded sounding",
    "ring": "rings rang",
    "reserve": "reserves reserved",
    "remain": "remain remains remained",
    "refuse": "refuse refuses refused refusing",
    "decline": "decline declines declined declining",
    "attribute": "attribute attributes attributed attributing",
    "portray": "portray portrays portrayed portraying",
    "label": "label labels labeled labelled labeling labelling",
    "characterize": "characterize characterizes characterized characterise characterises characterised",
    "vow": "vow vows vowed vowing",
    "go": "went goes going",
    "support": "supports supported supporting",
    "back": "backs backed",
    "oppose": "oppose opposes opposed opposing",
    "interpret": "interpret interprets interpreted interpreting",
    "regard": "regard regards regarded",
    "rate": "rates rated",
    "summarise": "summarised summarized summarises summarizes",
    "sum": "sums summed",
    "continue": "continues continued",
    "begin": "began",
    "stop": "",
    "profess": "professes professed",
    "snap": "snapped snaps",
    "fire": "fired",
    "hit": "hit hits",
    "play": "plays played",
    "point": "point points pointed pointing",
    "commend": "commends commended commending",
    "contrast": "contrasts contrasted",
    "diagnose": "diagnoses diagnosed",
    "dissent": "dissents dissented",
    "tie": "ties tied",
    "link": "links linked",
    "trace": "traces traced",
    "fault": "faults faulted",
    "chide": "chides chided",
    "berate": "berates berated",
    "rail": "rails railed",
    "cast": "casts cast",
    "frame": "frames framed framing",
    "paint": "paints painted",
    "present": "presents presented",
    "hear": "hears heard",
    "detect": "detects detected",
    "prefer": "prefer prefers preferred",
    "favor": "favors favored favours favoured",
    "read": "reads",
    "conceive": "conceives conceived",
    "envisage": "envisages envisaged",
    "count": "counts counted",
    "reject": "reject rejects rejected rejecting",
    "shrug": "shrugged shrugs",
    "wave": "waved waves",
    "brush": "brushed brushes",
    "accuse": "accuse accuses accused accusing",
    "bet": "bet bets betting",
    "lay": "lays laid laying",
    "pin": "pins pinned pinning",
    "push": "pushes pushed pushing",
    "shoot": "shoots shot",
    "pour": "pours poured pouring",
    "throw": "throws threw throwing",
    "tear": "tears tore tearing",
    "weigh": "weighs weighed weighing",
    "chip": "chipped",
    "chime": "chimes chimed chiming",
    "spell": "spells spelled spelt spelling",
    "set": "sets",
    "let": "let lets",
    "talk": "talks talked",
    "leave": "leaves left",
    "strike": "strikes struck striking",
    "term": "term terms termed terming",
    "dread": "dread dreads dreaded",
    "mean": "means meant",
    "understand": "understand understands understood",
    "caution": "caution cautions cautioned cautioning",
    "plead": "plead pleads pleaded pleading",
    "dub": "dubs dubbed dubbing",
    "brand": "brands branded branding",
    "foresee": "foresee foresees foresaw foreseeing",
    "attack": "attacks attacked attacking",
    "renew": "renewed renews",
    "summon": "summoned summons",
    "lodge": "lodged lodges",
    "propose": "propose proposes proposed proposing",
    "extend": "extend extends extended extending",
    "wish": "wish wishes wished wishing",
    "convey": "convey conveys conveyed conveying",
    "pay": "pays paid paying",
    "send": "sends sent sending",
    "appreciate": "appreciate appreciates appreciated appreciating",
    "publish": "publish publishes published",
    "run": "ran",
    "carry": "carried",
}


_DOUBLED = frozenset("slam quip rebut beg sob submit admit refer infer tut demur fret recap".split())


def _forms() -> dict[str, str]:
    forms: dict[str, str] = {}
    for verb in _REGULAR:
        if verb.endswith("e"):
            past, ing = verb + "d", verb[:-1] + "ing"
        elif verb.endswith("y") and verb[-2] not in "aeiou":
            past, ing = verb[:-1] + "ied", verb + "ing"
        elif verb in _DOUBLED:
            past, ing = verb + verb[-1] + "ed", verb + verb[-1] + "ing"
        else:
            past, ing = verb + "ed", verb + "ing"
        if verb.endswith("y") and verb[-2] not in "aeiou":
            third = verb[:-1] + "ies"
        elif verb.endswith(("s", "sh", "ch", "x", "z")):
            third = verb + "es"
        else:
            third = verb + "s"
        for form in (verb, third, past, ing):
            forms.setdefault(form, verb)
    for verb, line in _IRREGULAR.items():
        for form in line.split():
            forms[form] = verb
    forms.pop("writed", None)
    return forms


SPEECH = _forms()  # form → verb

# These are speech only with the right words after them (within five tokens): a noun of speech, a preposition, "as" …
_GREETINGS = (
    "greetings", "greeting", "thanks", "gratitude", "congratulations", "condolences", "appreciation", "support",
    "solidarity", "salute", "regards", "wishes", "sympathy",
)  # fmt: skip
NEEDS: dict[str, frozenset[str]] = {
    "make": frozenset(
        "statement statements remark remarks comment comments assessment claim clear accusation case point "
        "argument appeal call".split()
    ),
    "issue": frozenset(
        "statement statements warning warnings condemnation commentary communique call rebuke communiqué".split()
    ),
    "release": frozenset("statement statements commentary communique".split()),
    "give": frozenset("assessment warning view opinion credence".split()),
    "take": frozenset("view issue position aim line swipe exception".split()),
    "offer": frozenset("assessment view explanation analysis interpretation reading version account".split()),
    "share": frozenset("view concern concerns assessment".split()),
    "deliver": frozenset("warning message statement rebuke".split()),
    "draw": frozenset("conclusion lesson parallel parallels".split()),
    "raise": frozenset("concern concerns alarm question questions doubts possibility objections".split()),
    "sound": frozenset("alarm note warning skeptical sceptical".split()),
    "ring": frozenset(["alarm"]),
    "reserve": frozenset(["right"]),
    "remain": frozenset("skeptical sceptical concerned convinced unconvinced doubtful".split()),
    "see": frozenset("as no little in signs it this the a an reason reasons evidence proof".split()),
    "view": frozenset("as it this".split()),
    "consider": frozenset("as that it this the to a unlikely likely such".split()),
    "regard": frozenset(["as"]),
    "rate": frozenset("as chances".split()),
    "interpret": frozenset("as this it the".split()),
    "portray": frozenset(["as"]),
    "present": frozenset(["as"]),
    "cast": frozenset(["as", "doubt", "doubts"]),
    "frame": frozenset(["as"]),
    "paint": frozenset(["as", "picture"]),
    "speak": frozenset(["of"]),
    "put": frozenset(["it", "blame", "so"]),
    "hold": frozenset(["that", "responsible"]),
    "feel": frozenset(["that"]),
    "find": frozenset(["that", "it"]),
    "know": frozenset(["that"]),
    "want": frozenset("to more the".split()),
    "go": frozenset(["on"]),
    "rule": frozenset(["out"]),
    "point": frozenset(["out", "to", "finger", "fingers"]),
    "fire": frozenset(["back"]),
    "hit": frozenset(["back", "out"]),
    "play": frozenset(["down"]),
    "sum": frozenset(["up"]),
    "begin": frozenset(["by"]),
    "continue": frozenset(["to", "“"]),
    "tie": frozenset(["to"]),
    "link": frozenset(["to"]),
    "trace": frozenset(["to"]),
    "state": frozenset(["that", "his", "her", "its", "their", "“"]),
    "address": frozenset(),
    "charge": frozenset(["that"]),
    "challenge": frozenset(),
    "question": frozenset("whether why the how if".split()),
    "post": frozenset(["on", "“", "that"]),
    "object": frozenset(["to", "that", "“", ":"]),
    "reason": frozenset(["that", "“"]),
    "relate": frozenset(["that"]),
    "counter": frozenset(["that", "“", "with"]),
    "judge": frozenset(["that"]),
    "maintain": frozenset("that its his her".split()),
    "support": frozenset("idea proposal view call calls assessment".split()),
    "back": frozenset("idea proposal view call calls".split()),
    "submit": frozenset(["that"]),
    "repeat": frozenset(["that", "“", "call", "warning"]),
    "fear": frozenset("that the a an russia north moscow pyongyang kim putin".split()),
    "hope": frozenset("that the to".split()),
    "worry": frozenset("that about russia moscow north pyongyang kim putin the".split()),
    "surprise": frozenset(),
    "signal": frozenset("that its his readiness willingness".split()),
    "agree": frozenset(["that", "“", "with"]),
    "recognize": frozenset(["that"]),
    "recognise": frozenset(["that"]),
    "celebrate": frozenset(),
    "accept": frozenset(["that"]),
    "rail": frozenset(["against"]),
    "refuse": frozenset(["to"]),
    "write": frozenset("that in on “ :".split()),
    "ask": frozenset("whether if why how what to “".split()),
    "publish": frozenset("texts text editorial editorials commentary article column opinion".split()),
    "run": frozenset("editorial editorials commentary column".split()),
    "carry": frozenset("editorial editorials commentary".split()),
    "hear": frozenset("displeasure echoes echo threat threats warning message".split()),
    "detect": frozenset("signs hint displeasure unease".split()),
    "prefer": frozenset("to a the not".split()),
    "read": frozenset("as it the this".split()),
    "count": frozenset(["as", "among", "on"]),
    "shrug": frozenset(["off", "that", "“"]),
    "wave": frozenset(["away", "off", "aside"]),
    "brush": frozenset(["aside", "off"]),
    "renew": frozenset("call calls appeal warning warnings".split()),
    "summon": frozenset("ambassador ambassadors envoy".split()),
    "lodge": frozenset("protest complaint".split()),
    "decline": frozenset(["to"]),
    "lay": frozenset("blame out responsibility".split()),
    "pin": frozenset("blame responsibility".split()),
    "push": frozenset(["back"]),
    "shoot": frozenset(["back"]),
    "pour": frozenset("cold scorn".split()),
    "throw": frozenset("cold doubt doubts".split()),
    "lash": frozenset(["out"]),
    "tear": frozenset(["into"]),
    "weigh": frozenset(["in"]),
    "chip": frozenset(["in"]),
    "chime": frozenset(["in"]),
    "spell": frozenset(["out"]),
    "set": frozenset(["out", "forth"]),
    "let": frozenset(["slip", "known"]),
    "talk": frozenset("up down of".split()),
    "leave": frozenset(["open", "little", "doubt"]),
    "strike": frozenset(["note", "tone"]),
    "term": frozenset("it the this such a “".split()),
    "mean": frozenset(),
    "understand": frozenset(["that"]),
    "allow": frozenset(["that", "“"]),
    "deem": frozenset("it the this a “ unlikely likely".split()),
    "figure": frozenset(["that", "“"]),
    "calculate": frozenset(["that", "“"]),
    "intimate": frozenset(["that", "“"]),
    "reference": frozenset(),
    "lecture": frozenset(["“"]),
    "reflect": frozenset(["that", "“"]),
    "hazard": frozenset(["guess"]),
    "venture": frozenset(["that", "“"]),
    "spurn": frozenset("idea claims claim notion suggestion".split()),
    "parry": frozenset("question questions “".split()),
    "plead": frozenset("for that ignorance with “".split()),
    "attack": frozenset("as for “".split()),
    "squirm": frozenset(),
    "cringe": frozenset(),
    "advertise": frozenset(),
    "reproach": frozenset("for with over seoul moscow government".split()),
    "discount": frozenset("the idea possibility notion talk that".split()),
    "extend": frozenset(_GREETINGS),
    "convey": frozenset((*_GREETINGS, "message", "warning", "concern", "concerns", "that", "position", "view")),
    "send": frozenset(_GREETINGS),
    "wish": frozenset("victory success health prosperity happiness the him his well".split()),
    "pay": frozenset("tribute homage respects".split()),
    "appreciate": frozenset("that the his highly russia korea".split()),
    "comment": frozenset(["that", "“", ":"]),
    "respond": frozenset(["that", "with", "by", "“", ":"]),
    "react": frozenset(["by", "with", "“", ":"]),
    "preach": frozenset(["“", "that"]),
    "mull": frozenset(),
    "chorus": frozenset(["“"]),
    "vent": frozenset(["“"]),
    "rage": frozenset(["“", "that"]),
    "console": frozenset(["“"]),
    "roar": frozenset(["“"]),
    "bark": frozenset(["“"]),
    "scream": frozenset(["“", "that"]),
    "foreshadow": frozenset(),
    "volunteer": frozenset(["that", "“"]),
    "counsel": frozenset("patience caution against that restraint seoul washington tokyo moscow “".split()),
}
# After "refuse to" and "decline to" these show that something was said after all.
RULED_OUT = frozenset(["rule", "believe", "accept", "recognize", "recognise"])

SEEM = frozenset("seems seem seemed appears appear appeared looks look looked sounds".split())
THINK = frozenset(
    "believe think expect see consider doubt rule know hope agree want predict foresee view suspect".split()
)
REPORT = frozenset("report cite quote".split())
# Between commas ("the deal, he reckons, will not last") these need nothing more to be speech.
INTERPOSED = frozenset(
    "find see know feel reason allow go continue judge agree note counter object hope fear worry figure venture "
    "calculate surmise maintain intimate understand repeat state write shrug reflect relate recognise recognize "
    "accept charge charges concede ask wonder question parry submit warn volunteer respond react rage comment".split()
)
# "Not so fast, counters X": before a name these need nothing more either.
INVERTED = INTERPOSED | frozenset("counter retort interject chime offer".split())
# "He used the visit to warn …", "Kallas was quick to condemn …": an infinitive that is a deed of speech.
LEADS_TO_SPEECH = frozenset(
    "used uses quick first latest far moved rushed hastened hurried paused opted chose seized took careful keen "
    "fastest swift took podium microphone telegram facebook x social".split()
)
# What stands behind these is whom they address or what they name, never who speaks.
NEVER_INVERTED = frozenset("tell accuse blame urge thank put call describe praise condemn denounce".split())
# Verbs that can only be speech: inside another's speech they give the word to the inner speaker.
PLAIN = frozenset(
    "say tell state declare announce warn condemn denounce urge call accuse write add insist deny claim stress "
    "argue".split()
)
