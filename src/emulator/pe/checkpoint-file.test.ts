import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CheckpointFile } from './checkpoint-file.ts'

function directory(): string {
  const made = mkdtempSync(join(tmpdir(), 'failover-checkpoint-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

test('keeps the last checkpoint of each job, and leaves nothing beside it', () => {
  const at = directory()
  const own = new CheckpointFile({ directory: at, dc: 'dc1', jobId: '1' })
  expect(own.read()).toBeNull()
  own.write(new Uint8Array([1, 2]))
  own.write(new Uint8Array([3]))
  expect([...(new CheckpointFile({ directory: at, dc: 'dc1', jobId: '1' }).read() ?? [])]).toEqual([3])
  expect(new CheckpointFile({ directory: at, dc: 'dc1', jobId: '2' }).read()).toBeNull()
  expect(new CheckpointFile({ directory: at, dc: 'dc2', jobId: '1' }).read()).toBeNull()
  expect(readdirSync(at)).toEqual(['dc1-job-1.checkpoint'])
})

test('a directory that is gone takes no checkpoint', () => {
  const at = join(directory(), 'gone')
  const file = new CheckpointFile({ directory: at, dc: 'dc1', jobId: '1' })
  file.write(new Uint8Array([1]))
  expect(file.read()).toBeNull()
})
