// What the page itself says. Names of panels, fields and values come with the definitions.

export const LANGUAGES = ["en", "ru", "ko"];
export const LANGUAGE_NAMES = { en: "English", ru: "Русский", ko: "한국어" };

const STRINGS = {
  period: ["Period", "Период", "기간"],
  "now-1d": ["24 hours", "24 часа", "24시간"],
  "now-7d": ["7 days", "7 дней", "7일"],
  "now-30d": ["30 days", "30 дней", "30일"],
  "now-90d": ["90 days", "90 дней", "90일"],
  "now-1y": ["1 year", "1 год", "1년"],
  "now-4y": ["4 years", "4 года", "4년"],
  custom: ["From … to …", "С … по …", "직접 지정"],
  from: ["From", "С", "시작"],
  to: ["To (included)", "По (включительно)", "끝(포함)"],
  apply: ["Apply", "Применить", "적용"],
  search: ["Search", "Найти", "검색"],
  words: ["Words in statements", "Слова в высказываниях", "발언 속 낱말"],
  wordsHint: [
    "All words, whatever their inflection; \"a phrase\"; -not this. Press Enter.",
    "Все слова в любой форме; \"фраза\"; -без этого. Нажмите Enter.",
    "모든 낱말(활용형 포함), \"구절\", -제외. Enter를 누르십시오.",
  ],
  clear: ["Clear all filters", "Сбросить фильтры", "필터 모두 해제"],
  remove: ["Remove", "Убрать", "제거"],
  bloc: ["Bloc", "Блок", "진영"],
  outlet: ["Outlet", "Издание", "매체"],
  language: ["Language", "Язык", "언어"],
  category: ["Category", "Категория", "범주"],
  actor: ["Speaker", "Говорящий", "발언자"],
  stance: ["Stance", "Позиция", "입장"],
  interface: ["Language of the page", "Язык страницы", "화면 언어"],
  theme: ["Light or dark", "Светлая или тёмная", "밝게/어둡게"],
  auto: ["auto", "авто", "자동"],
  light: ["light", "светлая", "밝게"],
  dark: ["dark", "тёмная", "어둡게"],
  live: ["Live", "Обновлять", "실시간"],
  loading: ["Loading …", "Загрузка …", "불러오는 중 …"],
  nothing: ["Nothing in this period and these filters.", "Ничего за этот период и с этими фильтрами.", "이 기간과 필터에는 해당 자료가 없습니다."],
  empty: [
    "Nothing has been collected yet: run “vostochny run” or “vostochny demo”.",
    "Пока ничего не собрано: запустите «vostochny run» или «vostochny demo».",
    "아직 수집된 자료가 없습니다. ‘vostochny run’ 또는 ‘vostochny demo’를 실행하십시오.",
  ],
  asOf: ["As of", "По состоянию на", "기준 시각"],
  newest: ["newest in the index", "новейшее в индексе", "최신 색인"],
  updated: ["Updated: there is something new.", "Обновлено: есть новое.", "새 자료로 갱신되었습니다."],
  failed: ["Could not be loaded", "Не удалось загрузить", "불러오지 못했습니다"],
  retry: ["Try again", "Повторить", "다시 시도"],
  lost: ["No connection to the desk: what is shown may be old.", "Нет связи: показанное может быть устаревшим.", "연결이 끊겼습니다. 표시된 자료가 오래되었을 수 있습니다."],
  asTable: ["Table", "Таблица", "표"],
  asChart: ["Chart", "График", "차트"],
  more: ["More", "Ещё", "더 보기"],
  query: ["Query", "Запрос", "쿼리"],
  copy: ["Copy", "Скопировать", "복사"],
  copied: ["Copied", "Скопировано", "복사됨"],
  before: ["before", "ранее", "이전"],
  close: ["Close", "Закрыть", "닫기"],
  behind: ["What is behind this number", "Что стоит за этим числом", "이 숫자의 근거"],
  of: ["of", "из", "/"],
  documents: ["documents", "документов", "건"],
  direct: ["direct quotation", "прямая цитата", "직접 인용"],
  reported: ["reported speech", "косвенная речь", "간접 인용"],
  reportedBy: ["reported by", "со слов", "전언"],
  why: ["Why it was coded so", "Почему закодировано так", "코딩 근거"],
  openArticle: ["Open the article", "Открыть статью", "기사 열기"],
  archived: ["Archive record", "Запись в архиве", "보존 기록"],
  unlisted: ["not in the actor list", "нет в списке акторов", "행위자 목록에 없음"],
  noCategory: ["no category", "без категории", "범주 없음"],
  certainty: ["certainty", "уверенность", "확신도"],
  codebook: ["codebook", "кодировочная книга", "코드북"],
  onlyThis: ["Only this speaker", "Только этот говорящий", "이 발언자만"],
  onlyOutlet: ["Only this outlet", "Только это издание", "이 매체만"],
  events: ["Events marked", "Отмеченные события", "표시된 사건"],
  notNarrowed: ["Not narrowed by", "Не сужается фильтром", "적용되지 않는 필터"],
  skip: ["To the panels", "К панелям", "본문으로"],
  clickHint: ["Click a bar or a number for what is behind it.", "Щёлкните столбец или число, чтобы увидеть источники.", "막대나 숫자를 누르면 근거가 보입니다."],
  all: ["all", "все", "전체"],
};

let position = 0;

export function useLanguage(language) {
  position = Math.max(0, LANGUAGES.indexOf(language));
}

export const language = () => LANGUAGES[position];
export const word = (words) => (Array.isArray(words) ? words[position] : words);
export const say = (name) => STRINGS[name][position];

export const number = (value) => new Intl.NumberFormat(language()).format(value);
export const percent = (value) =>
  new Intl.NumberFormat(language(), { style: "percent", maximumFractionDigits: 0 }).format(value);
export const dateTime = (value) =>
  new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(new Date(value));
export const date = (value) => new Intl.DateTimeFormat(language(), { dateStyle: "medium" }).format(new Date(value));

/** A bucket of time as a reader would call it. */
export function bucketName(start, interval) {
  const options = {
    hour: { dateStyle: "medium", timeStyle: "short" },
    day: { dateStyle: "medium" },
    week: { dateStyle: "medium" },
    month: { year: "numeric", month: "long" },
    year: { year: "numeric" },
  }[interval];
  return new Intl.DateTimeFormat(language(), options).format(new Date(start));
}

/** A length of time in its largest fitting unit. */
export function duration(seconds) {
  const [unit, length] = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]].find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return new Intl.NumberFormat(language(), { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(seconds / length);
}
