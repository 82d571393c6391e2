// What a pair holds on the machine: a block of loopback addresses, the lock file that reserves it, and a run directory. All of
// it lies under one folder of the temporary directory, so that a later supervisor finds what a dead one left behind.

import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  writeSync,
} from 'node:fs'
import { randomInt } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TestbedError } from '../model/errors.ts'
import { endPaused } from './end-paused.ts'
import { endScripts } from './end-scripts.ts'
import { isErrno } from './errno.ts'
import { isRecord } from '../support/plain-json.ts'

/** A claimed block `127.a.b.0` and the files that go with it. */
export interface PairHome {
  /** The block's first three numbers, such as `127.18.203`. */
  readonly block: string
  readonly directory: string
  readonly lockFile: string
}

const attemptsMax = 50

/** The folder of all pairs on this machine. */
export function homesFolder(): string {
  return join(tmpdir(), 'vitest-failover')
}

/**
 * Reserves a random block by creating its lock file, and makes its run directory.
 * @throws TestbedError when no free block is found
 */
export function claimPairHome(): PairHome {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    // 127.0.x.y is left to everybody else.
    const home = homeOf(`127.${randomInt(1, 255)}.${randomInt(1, 255)}`)
    if (lock(home.lockFile)) {
      rmSync(home.directory, { recursive: true, force: true })
      mkdirSync(home.directory, { mode: 0o700 })
      return home
    }
  }
  throw new TestbedError(
    `Could not reserve a block of loopback addresses in ${attemptsMax} attempts; last seen: lock files in ${homesFolder()}.`,
  )
}

/**
 * Ends what its launch scripts left running, and what is stopped of it, and removes a pair's files. Several processes may do so at the same time; whoever is
 * last leaves nothing.
 */
export function removePairHome(home: Pick<PairHome, 'directory' | 'lockFile'>): void {
  endScripts(home.directory)
  endPaused(home.directory)
  rmSync(home.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 10 })
  rmSync(home.lockFile, { force: true })
  removeFolderIfEmpty()
}

/** Removes what dead supervisors left: a lock whose process is gone, or whose number another process has got since. */
export function removeStaleHomes(): void {
  for (const name of listHomes()) {
    const home = homeOf(name.replace(/\.lock$/, ''))
    if (!name.endsWith('.lock') || !isOwnerAlive(home.lockFile)) removeIfOurs(home)
  }
}

function homeOf(block: string): PairHome {
  return { block, directory: join(homesFolder(), block), lockFile: join(homesFolder(), `${block}.lock`) }
}

function lock(lockFile: string): boolean {
  makeFolder()
  try {
    const file = openSync(lockFile, 'wx', 0o644)
    writeSync(file, JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) }))
    closeSync(file)
    return true
  } catch (error) {
    // ENOENT: another supervisor has just removed the empty folder.
    if (isErrno(error, 'EEXIST') || isErrno(error, 'ENOENT')) return false
    throw new TestbedError(`Could not create the lock file ${lockFile}.`, { cause: error })
  }
}

function makeFolder(): void {
  try {
    mkdirSync(homesFolder())
    // Like the temporary directory itself: for every user of the machine, each removing only what is their own.
    chmodSync(homesFolder(), 0o1777)
  } catch (error) {
    if (!isErrno(error, 'EEXIST'))
      throw new TestbedError(`Could not create the folder ${homesFolder()}.`, { cause: error })
  }
}

function listHomes(): readonly string[] {
  try {
    const names = readdirSync(homesFolder())
    const locked = new Set(names.filter((name) => name.endsWith('.lock')))
    // A directory is made after its lock and removed before it, so one without a lock is a leftover.
    return names.filter((name) => name.endsWith('.lock') || !locked.has(`${name}.lock`))
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return []
    throw error
  }
}

function isOwnerAlive(lockFile: string): boolean {
  try {
    const text = readFileSync(lockFile, 'utf8')
    // Between its creation and its first write a lock is empty; it is taken for a living one.
    if (text === '') return true
    const owner: unknown = JSON.parse(text)
    if (!isRecord(owner) || typeof owner['pid'] !== 'number') return false
    return startTimeOf(owner['pid']) === owner['startTime']
  } catch (error) {
    if (isErrno(error, 'ENOENT') || error instanceof SyntaxError) return false
    throw error
  }
}

function removeIfOurs(home: PairHome): void {
  try {
    removePairHome(home)
  } catch (error) {
    // Another user's leftover cannot be removed; its block stays reserved, which harms nobody.
    if (!isErrno(error, 'EPERM') && !isErrno(error, 'EACCES')) throw error
  }
}

/** When a process began, in clock ticks since boot (proc(5), field 22), or null where there is no such process. */
export function startTimeOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in parentheses and may hold blanks and parentheses itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch (error) {
    if (isErrno(error, 'ENOENT') || isErrno(error, 'ESRCH')) return null
    throw error
  }
}

function removeFolderIfEmpty(): void {
  try {
    rmdirSync(homesFolder())
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT', 'EPERM', 'EACCES'].some((code) => isErrno(error, code))) throw error
  }
}
