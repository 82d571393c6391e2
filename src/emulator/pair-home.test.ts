import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, expect, test } from 'vitest'
import {
  claimPairHome,
  homesFolder,
  removePairHome,
  removeStaleHomes,
  startTimeOf,
  type PairHome,
} from './pair-home.ts'

/** A block outside of what pairs are given, so that nobody else's is touched. */
function plantedHome(number: number, owner: object | string): PairHome {
  const block = `127.0.${number}`
  const home = { block, directory: join(homesFolder(), block), lockFile: join(homesFolder(), `${block}.lock`) }
  mkdirSync(join(home.directory, 'dc1-store'), { recursive: true })
  writeFileSync(home.lockFile, typeof owner === 'string' ? owner : JSON.stringify(owner))
  onTestFinished(() => removePairHome(home))
  return home
}

const isThere = (home: PairHome): boolean => existsSync(home.directory) || existsSync(home.lockFile)

test('claims a block with a lock of this process and an empty directory', () => {
  const home = claimPairHome()
  onTestFinished(() => removePairHome(home))
  expect(home.block).toMatch(/^127\.[1-9]\d*\.[1-9]\d*$/)
  expect(JSON.parse(readFileSync(home.lockFile, 'utf8'))).toEqual({
    pid: process.pid,
    startTime: startTimeOf(process.pid),
  })
  expect(existsSync(home.directory)).toBe(true)
})

test('two claims have different blocks', () => {
  const homes = [claimPairHome(), claimPairHome()]
  onTestFinished(() => homes.forEach(removePairHome))
  expect(homes[0]?.block).not.toBe(homes[1]?.block)
})

test('removing twice is removing once', () => {
  const home = claimPairHome()
  removePairHome(home)
  expect(isThere(home)).toBe(false)
  removePairHome(home)
})

test('removes what a dead process left', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  const startTime = startTimeOf(child.pid ?? 0)
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
  })
  const home = plantedHome(1, { pid: child.pid, startTime })
  removeStaleHomes()
  expect(isThere(home)).toBe(false)
})

test('removes what is locked by a process number that another process has got since', () => {
  const home = plantedHome(2, { pid: process.pid, startTime: '1' })
  removeStaleHomes()
  expect(isThere(home)).toBe(false)
})

test('removes a lock that cannot be read, and a directory without a lock', () => {
  const broken = plantedHome(3, '{"pid":')
  const unlocked = plantedHome(4, {})
  rmSync(unlocked.lockFile)
  removeStaleHomes()
  expect([isThere(broken), isThere(unlocked)]).toEqual([false, false])
})

test('leaves alone what a living process holds, also before its lock is written', () => {
  const held = plantedHome(5, { pid: process.pid, startTime: startTimeOf(process.pid) })
  const fresh = plantedHome(6, '')
  removeStaleHomes()
  expect([isThere(held), isThere(fresh)]).toEqual([true, true])
})

test('a process that is not there has no start time', () => {
  expect(startTimeOf(2 ** 22 + 1)).toBeNull()
})
