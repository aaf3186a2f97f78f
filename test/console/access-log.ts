/** Lines as NGINX writes `combined`, one a second from `startMs` on; every tenth call is an error. */
export function accessLog(lines: number, startMs: number, path = '/shop/cart'): string {
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = (number: number) => String(number).padStart(2, '0');
  const line = (number: number) => {
    const at = new Date(startMs + number * 1000);
    const day = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
    const time = `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
    const status = number % 10 === 3 ? 503 : 200;
    const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0.0.0 Safari/537.36';
    return `192.0.2.${number % 250} - - [${time}] "GET ${path}?n=${number} HTTP/1.1" ${status} ${number % 5000} "-" "${agent}"\n`;
  };
  return Array.from({ length: lines }, (_, number) => line(number)).join('');
}
