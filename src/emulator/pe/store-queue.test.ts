import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { StoreRead } from '../../toolkit/io.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import { StoreQueue } from './store-queue.ts'

/** A store that answers when the test says so. */
function slowStore(): { readonly store: SnapshotStore; readonly asked: string[]; readonly answer: () => void } {
  const asked: string[] = []
  const answers: (() => void)[] = []
  const later = async <T>(what: string, value: T): Promise<T> => {
    asked.push(what)
    return await new Promise((resolve) => {
      answers.push(() => resolve(value))
    })
  }
  const read: StoreRead = { kind: 'body', body: new Uint8Array([1]) }
  return {
    asked,
    answer: () => answers.shift()?.(),
    store: {
      write: async (name) => await later(`write ${name}`, null),
      read: async (name) => await later(`read ${name}`, read),
      readAll: async () => await later('readAll', []),
      delete: async (name) => await later(`delete ${name}`, undefined),
      deleteAll: async () => await later('deleteAll', undefined),
      [Symbol.asyncDispose]: async () => await Promise.resolve(),
    },
  }
}

function queueOf(store: SnapshotStore): { readonly queue: StoreQueue; readonly log: string[] } {
  const log: string[] = []
  return { queue: new StoreQueue({ store, crash: (error) => void log.push(`crash ${String(error)}`) }), log }
}

test('asks the store for one thing after the other, and gives its answers in that order', async () => {
  const { store, asked, answer } = slowStore()
  const { queue, log } = queueOf(store)
  const take = ({ kind }: { kind: string }): void => void log.push(kind)
  queue.perform({ kind: 'store_read', requestId: 1, name: 'a' }, take)
  queue.perform({ kind: 'store_delete', name: 'a' }, take)
  queue.perform({ kind: 'store_write', name: 'b', body: new Uint8Array() }, take)
  expect(asked).toEqual(['read a'])
  answer()
  await nextTurn()
  expect(asked).toEqual(['read a', 'delete a'])
  expect(log).toEqual(['store_read'])
  answer()
  await nextTurn()
  answer()
  await nextTurn()
  expect(asked).toEqual(['read a', 'delete a', 'write b'])
  expect(log).toEqual(['store_read', 'stored'])
})

test('a store that answers at once has done so when it was asked', () => {
  const { queue, log } = queueOf({ ...slowStore().store, write: () => 'no space', delete: () => undefined })
  queue.perform({ kind: 'store_write', name: 'a', body: new Uint8Array() }, (input) => {
    log.push(input.kind === 'stored' ? String(input.error) : input.kind)
  })
  expect(log).toEqual(['no space'])
})

test('a store that fails without an answer ends its PE', async () => {
  const { queue, log } = queueOf({
    ...slowStore().store,
    deleteAll: async () => await Promise.reject(new Error('broken')),
  })
  queue.perform({ kind: 'store_delete_all', from: 'files' }, () => undefined)
  await nextTurn()
  expect(log).toEqual(['crash Error: broken'])
})
