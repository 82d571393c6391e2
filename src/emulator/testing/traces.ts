// What a pair could leave behind on the machine, and waiting until nothing is left of it.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { waitUntil } from '../../support/wait-until.ts'
import { homesFolder } from '../pair-home.ts'
import type { EmulatedPair } from '../supervisor-client.ts'
import { EventRecord, isAlive, realClock, runLedgers, testSupervisor, type TestPair } from './testbed.ts'

/** Everything of a pair that could be left behind. */
export interface Traces {
  readonly pids: readonly number[]
  readonly block: string
}

/** The pair's, and the supervisor's own process. */
export async function tracesOf(pair: EmulatedPair, supervisorPid: number): Promise<Traces> {
  const children = childrenOf(supervisorPid)
  const known = (await pair.processes.list()).map(({ pid }) => pid)
  expect(children).toEqual(expect.arrayContaining(known))
  return { pids: [supervisorPid, ...children], block: pair.name.replace(/\.0$/, '') }
}

/** All children, spare PEs too (proc(5), field 4 is the parent). */
function childrenOf(parent: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
      } catch {
        return false
      }
    })
}

/** Resolves once nothing is left; says after how many real milliseconds. */
export async function nothingLeft(traces: Traces): Promise<number> {
  const began = performance.now()
  await waitUntil({
    what: 'nothing to be left',
    clock: realClock,
    clockName: 'real',
    timeoutSeconds: 5,
    pollSeconds: 0.005,
    probe: () => (leftOf(traces).length === 0 ? true : undefined),
    lastSeen: () => leftOf(traces),
  })
  return performance.now() - began
}

/** What is still there of a pair. A zombie's threads may hold its sockets for a moment, so each kind is looked for by itself. */
function leftOf({ pids, block }: Traces): readonly string[] {
  const paths = [join(homesFolder(), block), join(homesFolder(), `${block}.lock`)]
  return [
    ...pids.filter(isAlive).map((pid) => `process ${pid}`),
    ...paths.filter((path) => existsSync(path)),
    ...listenersOn(block).map((local) => `listener ${local}`),
  ]
}

/** Listening ports on a block, from the kernel's table (proc_net(5): addresses in host order, state 0A listens). */
export function listenersOn(block: string): readonly string[] {
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '', , state]) => state === '0A' && addressOf(local).startsWith(`${block}.`))
    .map(([, local = '']) => local)
}

function addressOf(local: string): string {
  const hex = local.split(':')[0] ?? ''
  return [...(hex.match(/../g) ?? [])]
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')
}

/** A pair with healthy jobs, by a supervisor of its own. */
export async function runningPair(): Promise<TestPair & { readonly pid: number; readonly close: () => Promise<void> }> {
  const { supervisor, connection } = await testSupervisor()
  const pair = await connection.lease({ holder: 'test' })
  const leased = { pair, events: new EventRecord(pair) }
  await runLedgers(leased)
  return { ...leased, pid: supervisor.pid, close: async () => await supervisor.close() }
}
