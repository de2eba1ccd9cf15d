// Talks to this node. What is refused comes as an Error whose message tells what to do.

export async function get(path, values = {}) {
  const query = new URLSearchParams(Object.entries(values).filter(([, v]) => v !== '' && v !== undefined && v !== null && v !== false));
  return answer(await fetch('/api/' + path + (query.size ? '?' + query : ''), {cache: 'no-store', signal: AbortSignal.timeout(8000)}));
}

export async function post(path, values) {
  return answer(await fetch('/api/' + path, {
    method: 'POST',
    headers: {'X-Dure-Console': '1', 'Content-Type': 'application/x-www-form-urlencoded'},
    body: new URLSearchParams(values),
    signal: AbortSignal.timeout(15000),
  }));
}

async function answer(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.error ?? response.statusText);
  return body;
}
