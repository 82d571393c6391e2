import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { JsonObject } from '../../model/json.ts'
import { endScripts, markedProcesses, scriptMark } from '../end-scripts.ts'
import { eventually, isAlive } from '../testing/testbed.ts'
import { launchApp, launchOutputBytesMax, type LaunchLog } from './launch-app.ts'

let directory = ''

beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'failover-launch-'))
  directory = made
  onTestFinished(() => {
    endScripts(made)
    rmSync(made, { recursive: true, force: true })
  })
})

class RecordedLog implements LaunchLog {
  readonly events: { readonly event: string; readonly detail: JsonObject }[] = []
  readonly lines: string[] = []

  event(event: string, { detail }: { readonly detail: JsonObject }): void {
    this.events.push({ event, detail })
  }

  console(line: string): void {
    this.lines.push(line)
  }
}

const environment = (): Record<string, string> => ({ PATH: process.env['PATH'] ?? '', [scriptMark]: directory })

const launch = (command: string, log = new RecordedLog()): ReturnType<typeof launchApp> =>
  launchApp({ command, environment: environment(), log })

/** The pid that a script wrote into a file. */
const pidIn = async (name: string): Promise<number> =>
  await eventually(`a process id in ${name}`, () => {
    const path = join(directory, name)
    const pid = existsSync(path) ? Number.parseInt(readFileSync(path, 'utf8'), 10) : Number.NaN
    return Number.isNaN(pid) ? undefined : pid
  })

test('a command line goes through a shell, and its output is read', async () => {
  expect(await launch('echo one && echo "$((1 + 1))" | sed s/2/two/')).toEqual({ output: 'one\ntwo\n', rc: 0 })
})

test('the exit status is told and otherwise ignored', async () => {
  const log = new RecordedLog()
  expect(await launch('printf abc; exit 3', log)).toEqual({ output: 'abc', rc: 0 })
  const [launched, ended] = log.events
  expect(log.events).toHaveLength(2)
  expect(launched).toEqual({
    event: 'script_launched',
    detail: { command: 'printf abc; exit 3', pid: expect.any(Number) },
  })
  expect(ended).toEqual({
    event: 'script_ended',
    detail: { ...launched?.detail, exitCode: 3, signal: null, outputBytes: 3 },
  })
  expect(log.lines.at(-1)).toContain('exit status 3')
})

test('a script that ends by a signal, or that is not there, was launched all the same', async () => {
  const log = new RecordedLog()
  expect(await launch('kill -9 $$', log)).toEqual({ output: '', rc: 0 })
  expect(log.events[1]?.detail).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
  expect(await launch('/no/such/script', log)).toEqual({ output: '', rc: 0 })
  expect(log.events[3]?.detail).toMatchObject({ exitCode: 127 })
})

test('a shell that cannot be started gives 1 and launches nothing', async () => {
  const log = new RecordedLog()
  const nowhere = { ...environment(), PATH: directory }
  expect(await launchApp({ command: 'true', environment: nowhere, log })).toEqual({ output: '', rc: 1 })
  expect(await launch('tr\0ue', log)).toEqual({ output: '', rc: 1 })
  expect(await launch(`: ${'x'.repeat(4 * 1024 * 1024)}`, log)).toEqual({ output: '', rc: 1 })
  expect(log.events).toEqual([])
  expect(log.lines).toHaveLength(3)
  for (const line of log.lines) expect(line).toMatch(/^APP_LAUNCHER Failure while launching/)
})

test('it waits for a grandchild that holds the output open', async () => {
  const log = new RecordedLog()
  let isDone = false
  const wait = `echo $$ > ${directory}/pid; until [ -e ${directory}/go ]; do sleep 0.01; done; echo late`
  const launched = launch(`(${wait}) & echo early`, log).then((result) => {
    isDone = true
    return result
  })
  const shell = await pidIn('pid')
  await eventually('the shell to have ended', () => (isAlive(shell) ? undefined : true))
  expect(isDone).toBe(false)
  writeFileSync(join(directory, 'go'), '')
  expect(await launched).toEqual({ output: 'early\nlate\n', rc: 0 })
})

test('it waits for a shell that closed its output', async () => {
  const log = new RecordedLog()
  let isDone = false
  const launched = launch(
    `exec >&-; echo $$ > ${directory}/pid; until [ -e ${directory}/go ]; do sleep 0.01; done`,
    log,
  ).then((result) => {
    isDone = true
    return result
  })
  await pidIn('pid')
  expect(isDone).toBe(false)
  writeFileSync(join(directory, 'go'), '')
  expect(await launched).toEqual({ output: '', rc: 0 })
})

test.each([0, 1])('of an output of the limit and %i bytes more the end is kept', async (more) => {
  const log = new RecordedLog()
  const size = launchOutputBytesMax + more
  const { output } = await launch(`head -c ${size} /dev/zero | tr '\\0' b | sed '1s/^b/a/;$s/b$/c/'`, log)
  expect(output).toHaveLength(launchOutputBytesMax)
  expect([output[0], output.at(-1)]).toEqual([more === 0 ? 'a' : 'b', 'c'])
  expect(log.events[1]?.detail).toMatchObject({ outputBytes: size })
})

test('standard error is appended to the file for it, and standard input is empty', async () => {
  const log = new RecordedLog()
  const errorLog = join(directory, 'errors.log')
  const launched = await launchApp({
    command: 'cat; echo oh >&2; echo >> /dev/stderr',
    environment: environment(),
    log,
    errorLog,
  })
  expect(launched).toEqual({ output: '', rc: 0 })
  expect(readFileSync(errorLog, 'utf8')).toBe('oh\n\n')
  expect(log.lines.slice(1, -1)).toEqual(['APP_LAUNCHER standard error: oh'])
  const elsewhere = join(directory, 'missing', 'errors.log')
  expect(await launchApp({ command: 'echo oh >&2', environment: environment(), log, errorLog: elsewhere })).toEqual({
    output: '',
    rc: 0,
  })
  expect(log.lines.join('\n')).toContain('ENOENT')
})

test('of standard error the end since the launch is told, also of a file that the script emptied', async () => {
  const errorLog = join(directory, 'errors.log')
  const told = async (command: string): Promise<readonly string[]> => {
    const log = new RecordedLog()
    await launchApp({ command, environment: environment(), log, errorLog })
    return log.lines
      .filter((line) => line.includes('error:'))
      .map((line) => line.replace('APP_LAUNCHER standard error: ', ''))
  }
  expect(await told('echo one >&2')).toEqual(['one'])
  expect(await told('echo two >&2; echo three >&2')).toEqual(['two', 'three'])
  expect(await told(':')).toEqual([])
  expect(await told('echo new > /dev/stderr')).toEqual(['new'])
  expect(await told('echo start >&2; head -c 5000 /dev/zero | tr "\\0" x >&2')).toEqual(['x'.repeat(4096)])
})

test('an abort ends the script with its session, even where something else holds the output', async () => {
  const abort = new AbortController()
  const log = new RecordedLog()
  const command = `sleep 1000 & echo $! > ${directory}/child; setsid sh -c 'echo $$ > ${directory}/apart; exec sleep 1000' & echo $$ > ${directory}/pid; wait`
  const launched = launchApp({ command, environment: environment(), log, signal: abort.signal })
  const pids = [await pidIn('pid'), await pidIn('child')]
  const apart = await pidIn('apart')
  abort.abort()
  expect((await launched).rc).toBe(0)
  for (const pid of pids) await eventually(`${pid} to end`, () => (isAlive(pid) ? undefined : true))
  expect(log.events[1]?.detail).toMatchObject({ signal: 'SIGKILL' })
  expect(endScripts(directory)).toContain(apart)
  await eventually('what had left to end', () => (isAlive(apart) ? undefined : true))
})

test('nothing is launched after an abort', async () => {
  const log = new RecordedLog()
  const launched = await launchApp({ command: 'true', environment: environment(), log, signal: AbortSignal.abort() })
  expect([launched.rc, log.events]).toEqual([1, []])
})

/** A process that launches a command, as a PE does; the script finds its id as $FAILOVER_STANDALONE_PID. */
function launcher(command: string): number {
  const source = fileURLToPath(new URL('./launch-app.ts', import.meta.url))
  const program = `
    const { launchApp } = await import(${JSON.stringify(source)})
    const environment = { ...process.env, FAILOVER_STANDALONE_PID: String(process.pid) }
    await launchApp({ command: ${JSON.stringify(command)}, environment, log: { event() {}, console() {} } })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore', env: environment() })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child.pid ?? 0
}

test('a script that kills the process which launched it goes on to its end', async () => {
  const pid = launcher(
    `kill -9 "$FAILOVER_STANDALONE_PID"; echo oh >&2; echo $$ > ${directory}/pid; echo 7 > ${directory}/end`,
  )
  expect(await pidIn('end')).toBe(7)
  await eventually('the launcher to end', () => (isAlive(pid) ? undefined : true))
})

test('a script that hangs outlives its process, and ends with everything that it started when its pair ends', async () => {
  const waits = (name: string): string => `sh -c 'echo $$ > ${directory}/${name}; exec sleep 1000'`
  const pid = launcher(`${waits('near')} & setsid ${waits('apart')} & nohup ${waits('kept')} & exec ${waits('own')}`)
  const pids = await Promise.all(['near', 'apart', 'kept', 'own'].map(pidIn))
  process.kill(pid, 'SIGKILL')
  await eventually('the launcher to end', () => (isAlive(pid) ? undefined : true))
  expect(pids.map(isAlive)).toEqual([true, true, true, true])
  expect(new Set(markedProcesses(directory))).toEqual(new Set(pids))
  expect(endScripts(`${directory}0`)).toEqual([])
  expect(endScripts(directory.slice(0, -1))).toEqual([])
  expect(new Set(endScripts(directory))).toEqual(new Set(pids))
  for (const each of pids) await eventually(`${each} to end`, () => (isAlive(each) ? undefined : true))
  expect(endScripts(directory)).toEqual([])
})

test('a process whose mark only looks like one is left alone', async () => {
  const env = { PATH: process.env['PATH'], [`X${scriptMark}`]: directory, OF: `${scriptMark}=${directory}` }
  const child = spawn('sleep', ['1000'], { stdio: 'ignore', env })
  onTestFinished(() => void child.kill('SIGKILL'))
  const pid = child.pid ?? 0
  await eventually('sleep to run', () =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('sleep') ? true : undefined,
  )
  expect(endScripts(directory)).toEqual([])
  expect(isAlive(pid)).toBe(true)
})
