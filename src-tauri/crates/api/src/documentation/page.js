// Shows the OpenAPI document of this engine and lets a person try every route. Needs nothing but this door.

const METHODS = ['get', 'post', 'put', 'delete', 'patch'];
const MEANING = { read: 'reads', act: 'acts', execute: 'executes: only from the socket and the window' };

/** An element with text and children; nothing is ever parsed as markup. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function examples() {
  const here = location.origin;
  return [
    '# the token for reading; `--act` prints the one that may change things too',
    'TOKEN=$(caretaker api token)',
    `curl -H "Authorization: Bearer $TOKEN" ${here}/api/v1/status`,
    '',
    '# a browser: once, after that a cookie serves',
    `xdg-open "${here}/dashboard?token=$TOKEN"`,
    '',
    '# Prometheus',
    'scrape_configs:',
    '  - job_name: caretaker',
    '    authorization: { credentials_file: /etc/prometheus/caretaker-token }',
    `    static_configs: [{ targets: ["${location.host}"] }]`,
  ].join('\n');
}

/** A value that fits a schema, to begin with. */
function sample(schema, document, depth = 0) {
  if (!schema || depth > 5) return null;
  if (schema.$ref) return sample(document.components.schemas[schema.$ref.split('/').pop()], document, depth + 1);
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = schema.oneOf ?? schema.anyOf ?? schema.allOf;
  if (choice) return sample(choice.find((one) => one.type !== 'null') ?? choice[0], document, depth + 1);
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
  if (type === 'object') {
    const fields = Object.entries(schema.properties ?? {});
    return Object.fromEntries(fields.map(([name, field]) => [name, sample(field, document, depth + 1)]));
  }
  if (type === 'array') return [];
  return { string: '', integer: 0, number: 0, boolean: false }[type] ?? null;
}

function curl(method, path, body) {
  const parts = ['curl', '-H "Authorization: Bearer $TOKEN"'];
  if (method !== 'get') parts.push(`-X ${method.toUpperCase()}`);
  if (body !== undefined) parts.push(`-H 'Content-Type: application/json' -d '${body}'`);
  return `${parts.join(' ')} '${location.origin}${path}'`;
}

function operation(document, path, method, described) {
  const kind = described['x-class'];
  const inputs = new Map();
  const rows = (described.parameters ?? []).map((parameter) => {
    const input = element('input', { placeholder: parameter.schema?.type ?? 'text', ariaLabel: parameter.name });
    inputs.set(parameter, input);
    return element(
      'tr',
      {},
      element('td', {}, element('code', { textContent: parameter.name }), parameter.required ? ' (needed)' : ''),
      element('td', { textContent: parameter.description ?? '' }),
      element('td', {}, input),
    );
  });
  const json = described.requestBody?.content?.['application/json'];
  const text = json ? JSON.stringify(sample(json.schema, document), null, 2) : '';
  const body = json ? element('textarea', { rows: 6, value: text, ariaLabel: 'Body' }) : null;
  const line = element('pre');
  const answer = element('pre', { hidden: true });

  const address = () => {
    const query = new URLSearchParams();
    let target = path;
    for (const [parameter, input] of inputs) {
      if (parameter.in === 'path') target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      else if (input.value !== '') query.append(parameter.name, input.value);
    }
    return query.size > 0 ? `${target}?${query}` : target;
  };
  const show = () => (line.textContent = curl(method, address(), body?.value));
  const send = async () => {
    answer.hidden = false;
    answer.textContent = '…';
    const stop = AbortSignal.timeout(30_000);
    try {
      const headers = body ? { 'content-type': 'application/json' } : {};
      const began = performance.now();
      const response = await fetch(address(), { method: method.toUpperCase(), headers, body: body?.value, signal: stop });
      const type = response.headers.get('content-type') ?? '';
      if (type.startsWith('text/event-stream')) {
        const reader = response.body.getReader();
        const first = await reader.read();
        answer.textContent = `${response.status}, a stream that begins with\n\n${new TextDecoder().decode(first.value)}`;
        await reader.cancel();
        return;
      }
      const content = await response.text();
      const pretty = type.includes('json') && content ? JSON.stringify(JSON.parse(content), null, 2) : content;
      answer.textContent = `${response.status} in ${Math.round(performance.now() - began)} ms\n\n${pretty}`;
    } catch (error) {
      answer.textContent = `No answer: ${error.message}`;
    }
  };
  for (const input of [...inputs.values(), body]) input?.addEventListener('input', show);
  show();

  const answers = Object.entries(described.responses ?? {}).map(([status, response]) => {
    const schema = Object.values(response.content ?? {})[0]?.schema?.$ref?.split('/').pop();
    return element('li', { textContent: [status, response.description, schema].filter(Boolean).join(' · ') });
  });
  const head = element(
    'summary',
    {},
    element('b', { textContent: method.toUpperCase() }),
    element('code', { textContent: path }),
    ` ${described.summary ?? ''}`,
    element('i', { textContent: MEANING[kind] ?? kind }),
  );
  const button = element('button', { textContent: 'Try it', onclick: send, disabled: kind === 'execute' });
  const about = described.description ? element('p', { textContent: described.description }) : null;
  const table = rows.length > 0 ? element('table', {}, ...rows) : null;
  const shown = element('details', {}, head, about, table, body, line, button, answer, element('ul', {}, ...answers));
  shown.dataset.text = `${method} ${path} ${described.summary} ${kind}`.toLowerCase();
  return shown;
}

function page(description) {
  document.getElementById('version').textContent = description.info.version;
  const paragraphs = description.info.description.split('\n\n');
  document.getElementById('about').append(...paragraphs.map((textContent) => element('p', { textContent })));
  const main = document.getElementById('operations');
  main.replaceChildren();
  for (const tag of description.tags) {
    const found = Object.entries(description.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]?.tags?.includes(tag.name)).map((method) =>
        operation(description, path, method, item[method]),
      ),
    );
    const title = element('h2', { textContent: tag.name });
    main.append(element('section', {}, title, element('p', { textContent: tag.description }), ...found));
  }
  document.getElementById('find').addEventListener('input', (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const shown of main.querySelectorAll('details')) shown.hidden = !shown.dataset.text.includes(wanted);
    for (const section of main.querySelectorAll('section')) {
      section.hidden = section.querySelector('details:not([hidden])') === null;
    }
  });
}

document.getElementById('examples').textContent = examples();
try {
  const response = await fetch('/api/openapi.json');
  if (!response.ok) throw new Error(`status ${response.status}`);
  page(await response.json());
} catch (error) {
  document.getElementById('operations').textContent = `The description could not be read: ${error.message}`;
}
