/** Reasons of failed queries, by their text in the API. `{name}` is a detail. */
export const failureReasons = {
  'The query did not finish within {seconds} s': 'Zapytanie nie zakończyło się w ciągu {seconds} s',
  'The query was started {attempts} times and never finished':
    'Zapytanie rozpoczęto {attempts} razy i nigdy się nie zakończyło',
  'Attempt {attempt} of {attempts} failed: {cause}': 'Próba {attempt} z {attempts} nie powiodła się: {cause}',
  'The report needs more than {memoryMb} MB of memory: request fewer groups or a shorter time range':
    'Raport potrzebuje więcej niż {memoryMb} MB pamięci: wybierz mniej grup lub krótszy zakres czasu',
  'The report needs more than {maxSpillMb} MB of temporary disk space: request fewer groups or a shorter time range':
    'Raport potrzebuje więcej niż {maxSpillMb} MB tymczasowego miejsca na dysku: wybierz mniej grup lub krótszy zakres czasu',
  'The disk for temporary files is full': 'Dysk na pliki tymczasowe jest pełny',
  'The disk for temporary files cannot be used': 'Dysku na pliki tymczasowe nie można użyć',
  'The report needs more than {memoryMb} MB of memory on a node of the cluster: request fewer groups or a shorter time range':
    'Raport potrzebuje więcej niż {memoryMb} MB pamięci na węźle klastra: wybierz mniej grup lub krótszy zakres czasu',
  'The disk of a node of the cluster is full': 'Dysk węzła klastra jest pełny',
  'The report could not be computed': 'Nie udało się obliczyć raportu',
  'The {service} is not available': 'Usługa niedostępna: {service}',
  'Internal error; search the worker log for the id of this query':
    'Błąd wewnętrzny; wyszukaj identyfikator tego zapytania w dzienniku workera',
  'No exchange rate from {currency} to {target} for {day} or the {days} days before it; store one and submit the report again':
    'Brak kursu z {currency} na {target} na dzień {day} ani na {days} dni przed nim; zapisz kurs i wyślij raport ponownie',
  'A whole number of the column {column} does not fit into the 64 bits of parquet; submit the report as json or csv':
    'Liczba całkowita w kolumnie {column} nie mieści się w 64 bitach formatu parquet; wyślij raport jako json lub csv',
  'The report has more than {rows} rows, which do not fit on one sheet; request fewer rows, or submit it as csv':
    'Raport ma więcej niż {rows} wierszy, które nie mieszczą się w jednym arkuszu; wybierz mniej wierszy lub wyślij go jako csv',
  'A text of the column {column} has more than {characters} characters, which do not fit into one cell; submit the report as csv':
    'Tekst w kolumnie {column} ma więcej niż {characters} znaków, które nie mieszczą się w jednej komórce; wyślij raport jako csv',
  'The spreadsheet needs more than {megabytes} MB; request fewer rows or columns, or submit the report as csv':
    'Arkusz potrzebuje więcej niż {megabytes} MB; wybierz mniej wierszy lub kolumn albo wyślij raport jako csv',
  'An amount of {day} has no currency and cannot be converted to {target}':
    'Kwota z dnia {day} nie ma waluty i nie można jej przeliczyć na {target}',
};
