// What a scenario does beside the pair: programs on the test's machine and requests to anybody.

import { spawn } from 'node:child_process'
import { TestbedError } from '../../model/errors.ts'
import type { JsonObject } from '../../model/json.ts'
import { authorizedUrl, withoutCredentials } from '../../support/authorized-url.ts'
import type { ExecAction, HttpAction } from '../../model/step.ts'

/** Of what a program or a server says, so much is kept: its end. */
const textMax = 4096

/**
 * Runs a program without a shell, in a process group of its own, which ends with the signal or the time-out.
 * @returns its exit status and the end of what it wrote
 * @throws TestbedError when it cannot be started, takes too long or ends with another status than expected
 */
export async function runProgram(action: ExecAction, signal: AbortSignal): Promise<JsonObject> {
  const { command, directory, exit: expected, timeoutRealSeconds } = action
  const [program = '', ...args] = command
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutRealSeconds * 1000)])
  end.throwIfAborted()
  const child = spawn(program, args, { cwd: directory, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8')
    child[name].on('data', (text: string) => (said[name] = `${said[name]}${text}`.slice(-textMax)))
  }
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch (error) {
      // It ended in this very moment.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
    }
  }
  end.addEventListener('abort', kill, { once: true })
  try {
    const status = await new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
      child.once('error', (cause) => reject(new TestbedError(`exec: ${program} could not be started.`, { cause })))
      child.once('close', (code, by) => resolve({ code, signal: by }))
    })
    signal.throwIfAborted()
    if (end.aborted) throw new TestbedError(`exec: ${program} did not end within ${timeoutRealSeconds} s (real time).`)
    if (status.code !== expected) {
      const got = status.code === null ? `it was ended by ${status.signal}` : `got ${status.code}`
      const last = said.stderr.trim().split('\n').at(-1)
      throw new TestbedError(
        `exec: Expected ${program} to end with status ${expected}, ${got}.${last === undefined || last === '' ? '' : ` It said: ${last}`}`,
      )
    }
    return { exit: status.code, ...said }
  } finally {
    end.removeEventListener('abort', kill)
  }
}

/**
 * Sends a request.
 * @returns its status and the beginning of its body
 * @throws TestbedError when there is no answer in time, or another status than expected
 */
export async function sendRequest(action: HttpAction, signal: AbortSignal): Promise<JsonObject> {
  const { method, url, headers, body, status: expected, timeoutRealSeconds } = action
  const name = `http: ${method} ${withoutCredentials(url)}`
  const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutRealSeconds * 1000)])
  let answer: { status: number; text: string }
  try {
    const { url: address, headers: authorization } = authorizedUrl(url)
    const response = await fetch(address, {
      method,
      headers: { ...authorization, ...headers },
      signal: end,
      ...(body === undefined ? {} : { body }),
    })
    answer = { status: response.status, text: await beginningOf(response) }
  } catch (cause) {
    signal.throwIfAborted()
    const why = end.aborted ? `gave no answer within ${timeoutRealSeconds} s (real time)` : 'could not be reached'
    throw new TestbedError(`${name} ${why}.`, { cause })
  }
  const isExpected = expected === undefined ? answer.status < 400 : answer.status === expected
  if (!isExpected) {
    throw new TestbedError(`${name}: Expected status ${expected ?? 'below 400'}, got ${answer.status}.`)
  }
  return { status: answer.status, body: answer.text }
}

/** A server that never stops talking is not listened to for longer. */
async function beginningOf(response: Response): Promise<string> {
  let text = ''
  if (response.body === null) return text
  const decoder = new TextDecoder()
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length >= textMax) break
  }
  return text.slice(0, textMax)
}
