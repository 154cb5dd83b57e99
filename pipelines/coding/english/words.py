"""English words by which news marks speakers: nouns of speech, titles, organisations, groups, countries. Data only."""

from __future__ import annotations

# Nouns of speech: "the opinion of X that …", "X's view is …".
NOUNS = frozenset(
    "statement opinion view views position assessment remark remarks comment comments argument analysis conclusion "
    "claim claims commentary verdict estimation estimate forecast prediction words warning contention thesis reading "
    "judgment judgement belief reply response letter editorial column op-ed interview speech testimony briefing "
    "telling eyes account phrase phrasing formulation interpretation advice message remedy prescription diagnosis "
    "prognosis answer worry fear hunch guess bet point suspicion complaint question rebuttal proposal "
    "recommendation formula calculation explanation retort hope concern reasoning theory "
    "reckoning count arithmetic thinking".split()
)

# Heads of titles: who has one is a person.
TITLES = frozenset(
    """
    president vice-president premier minister secretary undersecretary under-secretary spokesman spokeswoman
    spokesperson spokespeople ambassador envoy representative coordinator director director-general general
    lieutenant colonel major admiral commander chief chair chairman chairwoman chairperson chancellor commissioner
    adviser advisor aide senator congressman congresswoman lawmaker legislator deputy governor mayor professor prof
    prof. researcher fellow analyst expert scholar historian academic lecturer economist specialist strategist
    journalist columnist correspondent reporter editor commentator activist campaigner laureate diplomat official
    leader head member founder politician rep. rep sen. sen gen. gen lt. lt col. col dr. dr mr. mr mrs. mrs ms. ms
    adm. adm maj. maj sgt. capt. amb. gov. consul broker trader peer king pope marshal attache attaché counselor
    counsellor officer inspector monitor nominee candidate whip speaker mp mep author writer blogger presenter host
    defector veteran negotiator scientist engineer physicist czar investigator prosecutor lawyer executive manager
    partner associate commissioner co-chair cochair vice emeritus chairman-elect president-elect observer
    defense-minister foreign-minister judge justice rapporteur source insider person ex-president ex-minister
    ex-ambassador ex-official ex-diplomat ex-general kommersant tsar strongman pundit reader critic sister
    worker laborer labourer foreman soldier teacher trader businessman businesswoman resident student driver captain
    sailor doctor survivor witness refugee escapee translator interpreter guide merchant smuggler dealer banker
    insurer auditor accountant consultant instructor pilot gunner artilleryman prisoner captive archivist biographer
    broadcaster-turned-analyst anthropologist sociologist linguist geographer demographer cartographer technician
    designer detective mediator go-between fixer operator colleague counterpart successor superior rival host
    sinologist koreanist kremlinologist orientalist politologist theorist policymaker regulator monitor tracker
    planner watcher blogger vlogger podcaster essayist novelist poet priest bishop cardinal pastor monk
    """.split()
)
# Words that stand before or inside a title.
TITLE_PARTS = frozenset(
    """
    prime foreign defense defence unification national security deputy vice senior former acting first assistant
    chief principal special high state press interim permanent outgoing incoming then ex- executive visiting
    research leading independent military political presidential joint floor party opposition ruling veteran retired
    newly top nobel peace prize noted renowned prominent international russian-born chief-of-staff staff chiefs
    associate adjunct distinguished honorary political russia-watcher
    """.split()
)
# Unnamed people: speakers only as a group.
GROUPS = frozenset(
    """
    experts analysts officials observers critics scholars researchers specialists commentators lawmakers diplomats
    politicians sources activists historians academics pundits skeptics sceptics watchers conservatives progressives
    liberals democrats republicans hawks journalists editors editorials reporters economists professors strategists
    ministers leaders authorities insiders opponents supporters many some others most several media outlets
    newspapers people koreans americans russians japanese chinese ukrainians europeans defectors netizens residents
    legislators senators monitors investigators planners policymakers columnists papers dailies envoys delegates
    generals commanders representatives allies spokespeople spokespersons authors members parties governments
    ambassadors chiefs figures voices veterans soldiers workers engineers scientists traders bankers insurers aides
    advisors advisers secretaries negotiators presidents premiers chancellors spokesmen counterparts neighbours
    opponents hardliners centrists optimists pessimists doubters believers lawyers negotiators strategists consultants
    """.split()
)
# One unnamed person.
UNNAMED = frozenset(
    "official source diplomat lawmaker aide insider expert analyst observer person officer envoy adviser advisor "
    "legislator researcher negotiator commander trader worker soldier resident defector businessman".split()
)
# Organisations as common nouns; and heads of organisation names.
ORGANISATIONS = frozenset(
    """
    ministry department government administration office agency army military command embassy council commission
    committee party newspaper daily paper magazine weekly broadcaster editorial statement report publication outlet
    article commentary institute center centre think-tank thinktank tank university assembly parliament congress
    senate kremlin house duma presidium politburo bureau service secretariat alliance bloc union organization
    organisation group association foundation regime company side communique communiqué dispatch spy intelligence
    panel mission team delegation coalition opposition camp faction caucus board post times journal herald tribune
    pentagon staff federation court church network channel website portal forum message telegram letter study
    """.split()
)
# Nouns by which a person named before is taken up again, and the occupations they can stand for.
_TAKEN_UP = {
    "official military": "diplomat official envoy statesman",
    "official military former": "general admiral colonel commander officer",
    "politician official": "politician lawmaker mp senator legislator deputy congressman",
    "scholar former activist journalist": "analyst expert scholar researcher observer author pundit watcher veteran "
    "academic professor historian economist sinologist specialist fellow lecturer",
    "journalist": "journalist columnist commentator",
}
PERSON_NOUNS = {
    noun: frozenset(occupations.split()) for occupations, nouns in _TAKEN_UP.items() for noun in nouns.split()
}
# Organisation nouns that mean a text: its issuer speaks.
TEXTS = frozenset(
    "statement report article editorial commentary communique communiqué dispatch publication study letter message "
    "telegram".split()
)

TIME = frozenset(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
    october november december jan. feb. mar. apr. jun. jul. aug. sept. sep. oct. nov. dec. today yesterday tomorrow week
    month year morning afternoon evening night overnight weekend day last earlier late ago
    """.split()
)
ADVERBS = frozenset(
    """
    also later then further again once too however meanwhile still already even just now often repeatedly thus therefore
    moreover nevertheless nonetheless instead indeed rather never-theless previously earlier recently separately
    once always sometimes both all himself herself itself themselves first openly publicly reportedly allegedly famously
    """.split()
)
AUXILIARIES = frozenset("has have had did does do 've".split())
BE = frozenset("is are was were be been being am 's 're".split())
MODALS = frozenset("will would can could may might shall should must cannot 'll 'd".split())
NEGATIONS = frozenset("not never n't hardly neither nor".split())
CONTRACTED_DO = frozenset(
    "doesn't doesn’t don't don’t didn't didn’t hasn't hasn’t haven't haven’t hadn't hadn’t".split()
)
CONTRACTED_BE = frozenset("isn't isn’t aren't aren’t wasn't wasn’t weren't weren’t".split())
CONTRACTED_MODALS = frozenset("won't won’t can't can’t couldn't couldn’t wouldn't wouldn’t shouldn't shouldn’t".split())
PREPOSITIONS = frozenset(
    """
    of for at in on from by with to about against over under between among during after before into through within
    without across amid near toward towards via per regarding concerning around behind beyond since until upon than
    despite
    """.split()
)
SUBORDINATORS = frozenset(
    """
    but while as because although though if when where whereas after before since unless until whether yet so how
    why what nor despite
    """.split()
)
# A clause that one of these opens inside reported speech is part of that speech, whoever speaks in it.
INSIDE_SPEECH = frozenset("because since after before when if until unless once whether where".split())
# Clauses behind these tell when something was, not what somebody says now.
BEFORE_BACKGROUND = frozenset("after since before until when once".split())
# "… responded to word that Pyongyang has acknowledged …"
TIDINGS = frozenset("word news report reports revelation revelations announcement disclosure confirmation".split())
# Who asks the questions is no speaker.
ASKERS = frozenset("reporter journalist correspondent moderator interviewer anchor host questioner".split())
# Texts and findings by which somebody speaks: "imagery published by X shows", "according to an analysis by X".
MATERIAL = frozenset(
    "imagery images image photos photographs footage data analysis report reports study studies assessment estimate "
    "estimates figures documents document statement transcript readout survey poll research paper findings records "
    "calculations investigation review brief briefing dispatch account tally database records leaflet note notes "
    "documentation evidence numbers statistics forecast".split()
)
# Participles that stand behind a noun as often as they are verbs of speech.
REDUCED = frozenset(
    "posted quoted cited published released reported named interviewed briefed contacted asked reached questioned "
    "issued carried addressed attributed linked tied".split()
)
# Adjectives and participles that tell what somebody thinks: "is wary that …".
HELD = frozenset(
    "worried concerned convinced confident alarmed uneasy wary sceptical skeptical doubtful adamant sure certain "
    "hopeful fearful afraid anxious unconvinced dubious nervous persuaded optimistic pessimistic dismissive scornful "
    "contemptuous critical suspicious".split()
)
# What is called when nothing is said: "called an emergency session".
CALLED = frozenset("meeting session summit conference election elections vote strike halt truce ceasefire".split())
MERE_TEXTS = frozenset("statement statements remark remarks comment comments".split())
SHOW = frozenset(
    "show shows showed suggest suggests suggested indicate indicates indicated reveal reveals revealed say says said "
    "find finds found conclude concludes concluded estimate estimates estimated put puts confirm confirms confirmed "
    "claim claims claimed describe describes described appear appears appeared point points pointed".split()
)
DETERMINERS = frozenset(
    "the a an this that these those his her its their our my your another one two three four five six seven eight "
    "nine ten eleven twelve fifteen twenty some many several most other "
    "certain various such any no each every few".split()
)
PERSONAL = {
    "he": "person",
    "she": "person",
    "they": "any",
    "it": "body",
    "i": "person",
    "we": "any",
}

_DEMONYMS = {
    "KR": "south-korean south_korean rok seoul korean korea",
    "KP": "north-korean dprk pyongyang",
    "US": "us u.s. u.s american america washington",
    "RU": "russian russia moscow kremlin",
    "CN": "chinese china beijing",
    "JP": "japanese japan tokyo",
    "UA": "ukrainian ukraine kyiv kiev",
    "GB": "british britain uk u.k. london",
    "DE": "german germany berlin",
    "FR": "french france paris",
    "PL": "polish poland warsaw",
    "EU": "eu european europe brussels",
    "UN": "un u.n.",
    "IT": "italian italy",
    "AU": "australian australia canberra",
    "CA": "canadian canada ottawa",
    "CZ": "czech",
    "EE": "estonian estonia",
    "LT": "lithuanian lithuania",
    "LV": "latvian latvia",
    "FI": "finnish finland",
    "NO": "norwegian norway",
    "SE": "swedish sweden",
    "NL": "dutch netherlands",
    "IN": "indian india",
    "VN": "vietnamese vietnam",
    "IR": "iranian iran",
    "TR": "turkish turkey",
    "MN": "mongolian mongolia",
    "BY": "belarusian belarus minsk",
    "CH": "swiss switzerland",
    "DK": "danish denmark",
    "SG": "singaporean singapore",
    "NZ": "zealand",
}
DEMONYMS = {word: country for country, words in _DEMONYMS.items() for word in words.split()} | {
    "south": "",
    "north": "",
    "western": "",
    "soviet": "",
    "asian": "",
    "northern": "",
    "eastern": "",
}
# Institutions whose names tell the country.
INSTITUTIONS = {
    "KR": "kookmin hankuk ewha kyungnam yonsei sejong asan kinu kida inss konkuk sungkyunkwan sogang dongguk hanyang "
    "chung-ang kyung_hee handong kwangwoon unification blue_house people_power democratic_party national_assembly "
    "national_intelligence yonhap",
    "US": "pentagon white_house state_department georgetown heritage brookings csis hudson rand harvard stanford "
    "princeton columbia stimson carnegie tufts naval_war wilson_center atlantic_council hoover 38_north middlebury "
    "congress american_enterprise cato",
    "RU": "imemo mgimo valdai kremlin duma ras far_eastern_federal institute_of_china higher_school rossiya",
    "CN": "fudan tsinghua peking renmin tongji jilin yanbian nankai liaoning shanghai global_times",
    "JP": "keio waseda shizuoka hosei",
    "GB": "chatham king_s_college iiss rusi oxford cambridge soas",
    "UN": "united_nations security_council panel_of_experts iaea",
    "KP": "kcna rodong workers_party",
    "EU": "european_union european_commission european_external",
}

KOREAN_FAMILIES = frozenset(
    """
    kim lee park choi choe jung jeong chung chong kang cho jo yoon yun jang chang lim im han oh o seo suh shin sin
    kwon gwon hwang ahn an song yoo yu ryu hong jeon jun chun ko go moon mun son sohn yang bae paik baek paek heo
    hur huh nam sim shim noh roh no ha kwak gwak sung seong cha joo ju woo u koo ku gu min ryu na jin chin ji chi um
    eom won chae cheon bang kong gong hyun ham byun byeon yeom yeo chu do so sok seok sun seol ma gil yeon wi wee
    myung pyo ki gi ban wang kum keum ok in mang je jeh tak guk eun pyon yong ri rim pak li hyon thae tae xi wang li
    zhang liu chen yang zhao huang zhou wu xu sun hu zhu gao lin he guo ma luo liang song zheng xie han tang feng yu
    dong xiao cheng cao yuan deng fu shen zeng peng lu su jiang cai jia ding wei xue ye yan pan mao geng hua qin shi
    cui
    """.split()
)

# Occupations (schemas.actors) of the bodies that "the ministry", "the paper" … can mean.
_BODIES = {
    "ministry international": "ministry department office agency embassy council commission bureau service side "
    "military army mission delegation staff",
    "state": "government administration regime",
    "newspaper magazine broadcaster agency": "newspaper daily paper magazine weekly broadcaster outlet publication "
    "network channel editorial commentary article",
    "party": "party opposition camp caucus faction",
    "institute association": "institute center centre think-tank thinktank university foundation group",
    "international": "organization organisation union bloc alliance panel team",
    "ministry state international institute association party agency": "statement report communique dispatch",
}
ORGANISATION_NOUNS = {
    noun: frozenset(occupations.split()) for occupations, nouns in _BODIES.items() for noun in nouns.split()
}
