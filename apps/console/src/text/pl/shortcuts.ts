export const shortcuts = {
  'shortcuts.close': 'Zamknij',
  'shortcuts.escape': 'Zamknij listę lub okno',
  'shortcuts.list': 'Pokaż te skróty',
  'shortcuts.newReport': 'Utwórz raport',
  'shortcuts.open': 'Skróty klawiszowe',
  'shortcuts.search': 'Szukaj na tej stronie',
  'shortcuts.single': 'Pojedyncze klawisze działają jako skróty',
  'shortcuts.submit': 'Wyślij raport',
  'shortcuts.tab': 'Przejdź do następnego elementu; z Shift do poprzedniego',
  'shortcuts.title': 'Skróty klawiszowe',
};
