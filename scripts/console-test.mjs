// Started by scripts/console-test. Each check prints a line; the first that fails ends it with status 1.

import {spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import {chromium} from 'playwright-core';

const DURE = process.env.DURE;
const data = fs.mkdtempSync('/tmp/dure-console-');
const brokers = [];
let failed = false;

function check(what, holds) {
  console.log((holds ? '  ok     ' : '  FAILS  ') + what);
  if (!holds) { failed = true; throw new Error(what); }
}

const freePort = () => new Promise((done) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => { const {port} = server.address(); server.close(() => done(port)); });
});

function start(i, ports) {
  const cluster = ports.map((port, n) => `${n + 1}@127.0.0.1:${port}`).join(',');
  const child = spawn(DURE, ['start', '--node', String(i + 1), '--listen', '127.0.0.1:' + ports[i], '--cluster', cluster, '--data', `${data}/${i}`, '--console', '127.0.0.1:0'],
    {stdio: ['ignore', 'pipe', fs.openSync(`${data}/${i}.log`, 'a')]});
  brokers[i] = {child};
  return new Promise((done, fail) => {
    let out = '';
    child.stdout.on('data', (text) => {
      out += text;
      const ready = /ready .*console=(\S+)/.exec(out);
      if (ready) { brokers[i].console = 'http://' + ready[1]; done(); }
    });
    child.on('exit', () => fail(new Error(`broker ${i + 1} ended; see ${data}/${i}.log`)));
  });
}

async function until(what, milliseconds, condition) {
  const began = Date.now();
  while (Date.now() - began < milliseconds) {
    if (await condition()) { check(`${what} (${Date.now() - began} ms)`, true); return; }
    await new Promise((again) => setTimeout(again, 25));
  }
  check(`${what} within ${milliseconds} ms`, false);
}

const browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']});
try {
  const ports = [await freePort(), await freePort(), await freePort()];
  await Promise.all([0, 1, 2].map((i) => start(i, ports)));
  const base = brokers[0].console;
  const page = await browser.newPage({locale: 'en-US', viewport: {width: 1360, height: 860}});
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  const foreign = [];
  page.on('request', (request) => { if (!request.url().startsWith(base)) foreign.push(request.url()); });
  await page.goto(base);

  await page.keyboard.press('2');
  await page.getByRole('button', {name: 'Create a topic'}).click();
  await page.getByLabel('Name').fill('orders');
  await page.getByLabel('Partitions').fill('6');
  await page.keyboard.press('Enter');
  await until('a topic is created by keyboard', 10_000, () => page.getByRole('link', {name: 'orders'}).isVisible());

  await page.getByRole('link', {name: 'orders'}).click();
  await page.locator('summary', {hasText: 'Write'}).click();
  await page.locator('form textarea').fill('{"amount": 7}');
  await page.locator('details form button').click();
  await until('a record is written', 10_000, () => page.getByText(/Written to partition/).isVisible());
  const partition = /partition (\d+)/.exec(await page.getByText(/Written to partition/).textContent())[1];
  await page.locator('form').first().getByRole('combobox').first().selectOption(partition);
  await page.getByRole('button', {name: 'Read', exact: true}).click();
  await until('and read again', 5_000, () => page.getByText('{"amount": 7}', {exact: true}).isVisible());

  await page.keyboard.press('Escape');
  await page.goto(base + '#/map');
  await until('two leaders and four followers on each broker', 10_000, () => page.evaluate(() =>
    [1, 2, 3].every((id) => document.querySelectorAll(`#broker-${id} .tile.leader`).length === 2 && document.querySelectorAll(`#broker-${id} .tile.follower`).length === 4)));
  await page.screenshot({path: 'map.png'});
  await page.locator('.tile[tabindex="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  check('arrow keys walk over the tiles', /orders-1 on broker 2: leader/.test(await page.locator('#told').textContent()));

  await until('who votes for the controller is shown', 2_000, () => page.evaluate(() =>
    document.querySelectorAll('.broker .tag').length === 3 && document.querySelectorAll('.broker .tag.quiet').length === 2));
  brokers[1].child.removeAllListeners('exit');
  brokers[1].child.kill('SIGKILL');
  await until('a killed broker is shown', 1_500, () => page.locator('#broker-2 .tag.bad').isVisible());
  await page.screenshot({path: 'killed.png'});
  await until('its leaders are elsewhere', 2_000, () => page.evaluate(() =>
    document.querySelectorAll('#broker-1 .tile.leader, #broker-3 .tile.leader').length === 6));
  await until('and it is told in words', 2_000, () => page.getByText(/because 2 is away/).first().isVisible());
  await page.goto(base + '#/health');
  await until('with what to do about it', 8_000, () => page.getByText(/Start it again with its data folder/).isVisible());
  await page.locator('#language').selectOption('ko');
  await until('in Korean, too', 2_000, () => page.getByText(/소식이 끊겼습니다/).first().isVisible());
  await page.screenshot({path: 'health-ko.png'});

  await start(1, ports);
  await page.goto(base + '#/map');
  await until('leaders are even again', 30_000, () => page.evaluate(() =>
    [1, 2, 3].every((id) => document.querySelectorAll(`#broker-${id} .tile.leader`).length === 2)));
  await page.goto(base + '#/charts');
  await until('charts are drawn', 10_000, () => page.locator('.chart svg').first().isVisible());
  await page.screenshot({path: 'charts-ko.png'});

  const made = await page.request.post(base + '/api/topics', {form: {topic: 'many', partitions: 700}, headers: {'X-Dure-Console': '1'}});
  check('a topic of 700 partitions is created', made.ok());
  await page.locator('#language').selectOption('en');
  await page.goto(base + '#/map');
  await until('so many are told in sums, below the brokers', 10_000, () => page.evaluate(() =>
    document.querySelectorAll('.broker').length === 3 && document.querySelectorAll('.brokers tbody tr').length === 2));
  const many = page.getByRole('button', {name: 'many'});
  await many.focus();
  await page.keyboard.press('Enter');
  await until('and one by one where a topic is chosen', 5_000, () => page.evaluate(() => document.querySelectorAll('.brokers tbody .tile').length === 3 * 600));
  check('the chosen topic keeps the focus', await many.evaluate((button) => button === document.activeElement));
  await page.screenshot({path: 'sums.png'});
  await page.goto(base + '#/topics/many');
  await until('of a topic, a page of partitions is shown', 10_000, () => page.getByText('1–100 of 700').isVisible());
  await page.getByRole('button', {name: 'Next'}).focus();
  await page.keyboard.press('Enter');
  await until('and the next one', 5_000, () => page.getByText('101–200 of 700').isVisible());
  await page.waitForTimeout(2_500);
  check('the button keeps the focus while numbers are renewed', await page.evaluate(() => document.activeElement.textContent === 'Next'));

  check('no foreign resource was asked for', foreign.length === 0);
  check('no script failed' + complaints.map((c) => '\n           ' + c).join(''), complaints.length === 0);
} catch (failure) {
  failed = true;
  console.error(String(failure.message ?? failure));
} finally {
  await browser.close();
  for (const broker of brokers) {
    broker?.child.removeAllListeners('exit');
    broker?.child.kill('SIGKILL');
  }
  fs.rmSync(data, {recursive: true, force: true});
}
process.exit(failed ? 1 : 0);
