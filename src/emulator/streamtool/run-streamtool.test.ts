import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { call, eventually, installSettings, instanceOf, useTestbed, type TestPair } from '../testing/testbed.ts'
import { installStreamtool, streamtoolFolder } from './install-streamtool.ts'
import { launchEnvironment } from './launch-environment.ts'
import { runStreamtool } from './run-streamtool.ts'

vi.setConfig({ testTimeout: 20_000, hookTimeout: 20_000 })
const lease = useTestbed()
let directory = ''

beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'failover streamtool’s '))
  directory = made
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
})

interface Outcome {
  readonly status: number
  readonly out: string
  readonly error: string
}

function environmentOf({ pair }: TestPair): Record<string, string> {
  const { restUrl, username, password } = pair.datacenters.dc1
  return launchEnvironment({
    datacenter: 'dc1',
    directory,
    restUrl,
    credentials: { username, password },
    standalonePid: 1234,
    timeScale: 60,
  })
}

async function run(environment: NodeJS.ProcessEnv, ...words: string[]): Promise<Outcome> {
  const written = { out: '', error: '' }
  const status = await runStreamtool({
    words,
    environment,
    out: (text) => (written.out += text),
    error: (text) => (written.error += text),
  })
  return { status, ...written }
}

/** A shell command with the shim on its PATH. */
async function shell(environment: Record<string, string>, command: string): Promise<Outcome> {
  installStreamtool(directory)
  return await new Promise((resolve) => {
    execFile('sh', ['-c', command], { env: environment }, (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code), out, error: err })
    })
  })
}

function file(name: string, content: unknown): string {
  const path = join(directory, name)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const ledgerSab = (): string => file('ledger.sab', { emulates: 'builtin:ledger' })

/** The representation of a job. */
async function job(leased: TestPair, id: string): Promise<Record<string, unknown>> {
  const { dc1 } = leased.pair.datacenters
  return (await call(dc1, `${(await instanceOf(dc1)).jobs}/${id}`)).body
}

/** The id in the line that scripts look for; ids go on counting from one lease of a pair to the next. */
const idIn = ({ out }: Outcome): string => out.replace(/^.*IDs: /, '').trim()

const parameterOf = (of: Record<string, unknown>, name: string): unknown =>
  // The representation is whatever the service says; the tests say what they expect of it.
  // eslint-disable-next-line typescript/no-explicit-any
  (of['submitParameters'] as any[]).find((parameter) => parameter.name === name)?.value

test('a script submits, lists and cancels a job by the commands that it would use with the product', async () => {
  const leased = await lease()
  const configFileName = await installSettings(leased.pair, 'dc1')
  const environment = environmentOf(leased)
  const sab = ledgerSab()
  const submitted = await shell(
    environment,
    `streamtool submitjob '${sab.replaceAll("'", "'\\''")}' -P configFileName=${configFileName} -d "$STREAMS_DOMAIN_ID" -i "$STREAMS_INSTANCE_ID" --jobname mine`,
  )
  expect(submitted).toEqual({
    status: 0,
    out: expect.stringMatching(/^CDISC0020I Submitted job IDs: \d+\n$/),
    error: '',
  })
  const id = idIn(submitted)
  await leased.events.seen('job_healthy', 'dc1')
  expect(await job(leased, id)).toMatchObject({ name: 'mine', applicationName: expect.stringContaining('Ledger') })
  const [head, columns, line] = (await shell(environment, 'streamtool lsjobs')).out.split('\n')
  expect(head).toBe('Instance: StreamsInstance')
  expect(columns?.trim().split(/ +/)).toEqual(['Id', 'State', 'Healthy', 'User', 'Date', 'Name', 'Group'])
  expect(line).toMatch(/^ *\d+ Running yes +streamsadmin \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000 mine default$/)
  expect(line?.trim().split(' ')[0]).toBe(id)
  const pes = (await run(environment, 'lspes', '-l')).out.trim().split('\n')
  expect(pes[2]).toMatch(/^ *\d+ Running - +yes +127\.\d+\.\d+\.1 \d+ +\d+ +mine +1$/)
  const cancelled = await shell(environment, `streamtool canceljob $(streamtool lsjobs | awk '/ mine /{print $1}')`)
  expect(cancelled).toMatchObject({ status: 0, out: `Cancelled job ${id} of instance StreamsInstance.\n` })
  expect((await run(environment, 'lsjobs')).out.trim().split('\n')).toHaveLength(2)
})

test('a job gets its settings from the command line, and a file of them goes first', async () => {
  const leased = await lease()
  const configFileName = await installSettings(leased.pair, 'dc1')
  const environment = environmentOf(leased)
  const overlay = { jobConfig: { submissionParameters: [{ name: 'channels', value: '3' }] } }
  const config = file('overlay.json', { jobConfigOverlays: [overlay] })
  const outFile = join(directory, 'ids')
  const words = ['-g', config, `--P=channels=2`, `-PconfigFileName=${configFileName}`, '-C', 'tracing=info']
  const submitted = await run(environment, 'submitjob', ...words, '--outfile', outFile, '--', ledgerSab())
  expect(submitted).toMatchObject({ status: 0, error: '' })
  expect(readFileSync(outFile, 'utf8')).toBe(`${idIn(submitted)}\n`)
  expect(parameterOf(await job(leased, idIn(submitted)), 'channels')).toBe('3')
  await leased.events.seen('job_healthy', 'dc1')
})

test('jobs are chosen by id and by name, for lists and for canceling', async () => {
  const leased = await lease()
  const configFileName = await installSettings(leased.pair, 'dc1')
  const environment = environmentOf(leased)
  const sab = ledgerSab()
  const ids: string[] = []
  for (const name of ['one', 'two', 'three']) {
    const submitted = await run(
      environment,
      'submitjob',
      sab,
      '-P',
      `configFileName=${configFileName}`,
      '--jobname',
      name,
    )
    ids.push(idIn(submitted))
  }
  const [one, two, three] = ids
  await leased.events.seen('job_healthy', 'dc1')
  const names = async (...words: string[]): Promise<readonly (string | undefined)[]> => {
    const { out } = await run(environment, 'lsjobs', ...words)
    return out
      .trim()
      .split('\n')
      .slice(2)
      .map((line) => line.trim().split(/ +/)[5])
  }
  expect(await names()).toEqual(['one', 'two', 'three'])
  expect(await names('-j', `${one},${three}`)).toEqual(['one', 'three'])
  expect(await names('--jobnames', 'two', '--jobnames', 'three')).toEqual(['two', 'three'])
  expect(await names('-j', '1000')).toEqual([])
  expect((await run(environment, 'lspes', '--jobs', `${one}`)).out.trim().split('\n')).toHaveLength(3)
  expect((await run(environment, 'lsjobs', '--long')).out).toContain('Application')
  expect(await run(environment, 'canceljob', '--jobnames', 'one', '-j', `${two}`)).toMatchObject({
    status: 0,
    error: '',
  })
  expect(await names()).toEqual(['three'])
  expect(await run(environment, 'canceljob', `${two}`, `${three}`)).toEqual({
    status: 1,
    out: `Cancelled job ${three} of instance StreamsInstance.\n`,
    error: `streamtool: The instance StreamsInstance has no job ${two}.\n`,
  })
})

test.each([
  [['submitjob'], 'Expected one SAB behind submitjob, got 0.'],
  [['submitjob', 'a.sab', 'b.sab'], 'Expected one SAB behind submitjob, got 2.'],
  [['submitjob', '/no/such.sab'], 'The SAB /no/such.sab cannot be read: ENOENT'],
  [['submitjob', '/dev'], 'The SAB /dev cannot be read: EISDIR'],
  [['submitjob', 'a.sab', '-P', 'novalue'], 'Expected NAME=VALUE behind -P, got "novalue".'],
  [['submitjob', 'a.sab', '-C', 'threads=3'], 'behind -C, got threads.'],
  [['submitjob', 'a.sab', '-C', 'constructor=3'], 'behind -C, got constructor.'],
  [['submitjob', 'a.sab', '-g', '/no/such.json'], 'Expected a job configuration overlay in /no/such.json: ENOENT'],
  [['submitjob', 'a.sab', '-P'], 'Expected NAME=VALUE behind -P of submitjob, got nothing.'],
  [['submitjob', 'a.sab', '--jobname', 'a', '--jobname', 'b'], 'Expected --jobname of submitjob once, got it twice.'],
  [
    ['submitjob', 'a.sab', '--jobgroup', 'x'],
    'does not know the option --jobgroup; it knows -P or --P, -C or --config,',
  ],
  [['submitjob', 'a.sab', '-f', 'x'], 'does not know the option -f;'],
  [['lsjobs', '--fmt', '%Nf'], 'does not know the option --fmt; it knows -j or --jobs,'],
  [['lsjobs', '--long=yes'], 'Expected --long of lsjobs alone, got --long=yes.'],
  [['lsjobs', '1'], 'Expected nothing behind lsjobs but options, got 1;'],
  [
    ['lsjobs', '-d', 'd9'],
    'Expected the domain StreamsDomain, the one that this emulated datacenter has, got d9: use $STREAMS_DOMAIN_ID.',
  ],
  [['lsjobs', '-i', 'i9'], 'Expected the instance StreamsInstance, the one that this emulated datacenter has, got i9'],
  [['canceljob'], 'Expected the id of a job behind canceljob'],
  [['canceljob', '../../x'], 'The instance StreamsInstance has no job ../../x.'],
  [['canceljob', '--jobnames', 'nobody'], 'The instance StreamsInstance has no job of the name nobody.'],
])('%j fails with one message that says why', async (words, message) => {
  const leased = await lease()
  const { status, out, error } = await run(environmentOf(leased), ...words)
  expect([status, out]).toEqual([1, ''])
  expect(error).toContain(message)
  expect(error.trim().split('\n')).toHaveLength(1)
})

test('what the datacenter refuses is said with the SAB’s name and the datacenter’s reason', async () => {
  const leased = await lease()
  const environment = environmentOf(leased)
  const foreign = file('real.sab', 'PK\u0003\u0004 and so on')
  expect(await run(environment, 'submitjob', foreign)).toMatchObject({
    status: 1,
    error: expect.stringMatching(
      /real\.sab was not submitted: .*not one that this testbed can run.*builtin:ledger.*\(HTTP 400\)\n$/,
    ),
  })
  const large = file('large.sab', `PK${'x'.repeat(64 * 1024)}`)
  expect((await run(environment, 'submitjob', large)).error).toContain('{"emulates":"builtin:ledger"}')
  const incomplete = await run(environment, 'submitjob', ledgerSab())
  expect(incomplete.status).toBe(1)
  expect(incomplete.error).toContain('configFileName')
  expect((await run(environment, 'lsjobs')).out.trim().split('\n')).toHaveLength(2)
})

test('help and version need little; an unknown command is told with those that there are', async () => {
  const leased = await lease()
  expect(await run({}, '--help')).toMatchObject({ status: 0, error: '', out: expect.stringContaining('submitjob') })
  expect(await run({}, 'submitjob', '-h')).toMatchObject({
    status: 0,
    out: expect.stringContaining('--jobConfig FILE'),
  })
  expect(await run({})).toMatchObject({ status: 2 })
  const unknown = { status: 2, out: '', error: expect.stringContaining('has no command getnsentry; it has submitjob,') }
  expect(await run({}, 'getnsentry')).toEqual(unknown)
  expect((await run({}, 'constructor')).status).toBe(2)
  expect((await run(environmentOf(leased), 'version')).out).toContain('Version=7.2.0.0')
})

test('outside a launch script it says what is missing', async () => {
  const { status, error } = await run({ PATH: '/bin' }, 'lsjobs')
  expect(status).toBe(1)
  expect(error).toMatch(/Expected `FAILOVER_REST_USER` in the environment, found nothing: .*launch script/)
})

test('a datacenter whose management is dead is told of', async () => {
  const leased = await lease()
  const { pid } = leased.pair.datacenters.dc1
  const environment = environmentOf(leased)
  process.kill(pid, 'SIGKILL')
  await leased.events.seen('management_exited', 'dc1')
  const { status, error } = await eventually('a refusal', async () => {
    const outcome = await run(environment, 'lsjobs')
    // A connection that was being made when it died ends otherwise.
    return outcome.error.includes('ECONNREFUSED') ? outcome : undefined
  })
  expect(status).toBe(1)
  expect(error).toMatch(/^streamtool: The management of this datacenter did not answer GET http:.*ECONNREFUSED/)
})

test('wrong credentials are refused, and no message shows them', async () => {
  const leased = await lease()
  const environment = { ...environmentOf(leased), FAILOVER_REST_PASSWORD: 'not-the-one' }
  const { status, error } = await run(environment, 'lsjobs')
  expect(status).toBe(1)
  expect(error).toContain('(HTTP 401)')
  expect(error).not.toContain('not-the-one')
})

test('the shim stands first on the path, runs in a folder with blanks and quotes, and knows no password', async () => {
  const leased = await lease()
  const environment = environmentOf(leased)
  const { password } = leased.pair.datacenters.dc1
  const { out } = await shell(environment, 'command -v streamtool; streamtool --help; cat "$(command -v streamtool)"')
  expect(out.split('\n')[0]).toBe(join(streamtoolFolder(directory), 'streamtool'))
  expect(out).toContain('Usage: streamtool COMMAND')
  expect(out).not.toContain(password)
  expect(statSync(streamtoolFolder(directory)).mode & 0o777).toBe(0o700)
})

test('a launch script’s environment says where it runs, and has nothing of the tests’ own', async () => {
  const environment = environmentOf(await lease())
  expect(environment).toMatchObject({
    STREAMS_DOMAIN_ID: 'StreamsDomain',
    STREAMS_INSTANCE_ID: 'StreamsInstance',
    FAILOVER_DATACENTER: 'dc1',
    FAILOVER_STANDALONE_PID: '1234',
    FAILOVER_TIME_SCALE: '60',
    FAILOVER_SCRIPT_OF: directory,
    PATH: `${directory}/bin:${process.env['PATH']}`,
  })
  expect(Object.keys(environment).filter((name) => /VITEST|NODE_OPTIONS|FAILOVER_PAIR/.test(name))).toEqual([])
})
