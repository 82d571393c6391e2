import { AssertionError } from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { endScripts, markedProcesses, scriptMark } from '../end-scripts.ts'
import { launchApp, type LaunchLog } from '../pe/launch-app.ts'
import { monotonicNowMs } from '../../support/monotonic-clock.ts'
import { eventually, isAlive } from '../testing/testbed.ts'
import { launchCommand, launchScript, type LaunchScriptOptions } from './launch-script.ts'

let directory = ''
let standalone = 0
const log: LaunchLog = { event: () => undefined, console: () => undefined }

beforeEach(() => {
  const made = mkdtempSync(join(tmpdir(), 'failover script’s '))
  directory = made
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' })
  standalone = child.pid ?? 0
  onTestFinished(() => {
    child.kill('SIGKILL')
    endScripts(made)
    rmSync(made, { recursive: true, force: true })
  })
})

/** What the script gave to a `streamtool` that ends with this status; null when it called none. */
async function launched(
  options: Partial<LaunchScriptOptions>,
  status = 0,
): Promise<{ readonly words: readonly string[] | null; readonly rc: number }> {
  const words = join(directory, 'words')
  const shim = join(directory, 'streamtool')
  writeFileSync(shim, `#!/bin/sh\nfor word; do echo "$word"; done > "$FAILOVER_SCRIPT_OF/words"\nexit ${status}\n`)
  chmodSync(shim, 0o755)
  const path = join(directory, "it's a script.sh")
  writeFileSync(path, launchScript({ sab: '/a b/x.sab', configFileName: "/it's/c.txt", timeScale: 60, ...options }))
  const { rc } = await launchApp({
    command: launchCommand(path),
    environment: {
      PATH: `${directory}:${process.env['PATH']}`,
      [scriptMark]: directory,
      STREAMS_DOMAIN_ID: 'd1',
      STREAMS_INSTANCE_ID: 'i2',
      FAILOVER_STANDALONE_PID: String(standalone),
    },
    log,
  })
  return { words: existsSync(words) ? readFileSync(words, 'utf8').trimEnd().split('\n') : null, rc }
}

test('it submits the job and then ends the standalone process', async () => {
  const { words } = await launched({})
  const parameter = "configFileName=/it's/c.txt"
  expect(words).toEqual(['submitjob', '/a b/x.sab', '-P', parameter, '-d', 'd1', '-i', 'i2'])
  await eventually('the standalone process to end', () => (isAlive(standalone) ? undefined : true))
})

test('it passes on further values and the number of PEs', async () => {
  const { words } = await launched({ parameters: { channels: '4', title: "it's a b=c" }, fusionTargetPeCount: 2 })
  const values =
    "-P configFileName=/it's/c.txt -P channels=4 -P title=it's -C fusionScheme=manual -C fusionTargetPeCount=2"
  expect(words?.slice(2, 12)).toEqual(values.split(' ').map((word) => word.replace("title=it's", "title=it's a b=c")))
})

test('it leaves the standalone process alone when the submission failed', async () => {
  expect((await launched({}, 1)).words).toHaveLength(8)
  expect(isAlive(standalone)).toBe(true)
})

test.each([0, 1, 255])('it ends with status %i and does nothing', async (exit) => {
  expect(await launched({ exit })).toEqual({ words: null, rc: 0 })
  expect(isAlive(standalone)).toBe(true)
})

test('it hangs and does nothing', async () => {
  let isDone = false
  const running = launched({ hang: true }).then((result) => {
    isDone = true
    return result
  })
  const tail = await eventually('the script to hang', () =>
    markedProcesses(directory).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('tail')),
  )
  expect([isDone, isAlive(standalone)]).toEqual([false, true])
  expect(endScripts(directory)).toContain(tail)
  expect(await running).toEqual({ words: null, rc: 0 })
})

test('it waits in system time before it begins', async () => {
  const startMs = monotonicNowMs()
  expect((await launched({ delaySeconds: 12 })).words).toHaveLength(8)
  expect(monotonicNowMs() - startMs).toBeGreaterThanOrEqual(200)
})

test.each([
  [{ exit: 256 }],
  [{ exit: -1 }],
  [{ exit: 1.5 }],
  [{ exit: 1, hang: true }],
  [{ delaySeconds: -1 }],
  [{ timeScale: 0 }],
])('it is not written for %j', (options) => {
  expect(() => launchScript({ sab: 'a', configFileName: 'b', timeScale: 60, ...options })).toThrow(AssertionError)
})
