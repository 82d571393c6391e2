import { expect, test } from 'vitest'
import { receiverAnswer } from './receiver-answer.ts'

const injectPath = '/crossdcrx/CrossDataCenterReceiver[0]/ports/output/0/inject'
const octets = 'application/octet-stream'

test.each([
  ['POST', injectPath, octets, { kind: 'inject' }],
  ['POST', `${injectPath}?x=1`, octets, { kind: 'inject' }],
  ['POST', injectPath.replace('[0]', '%5B0%5D'), octets, { kind: 'inject' }],
  ['POST', injectPath, 'text/plain', { kind: 'status', status: 500 }],
  ['POST', injectPath, undefined, { kind: 'status', status: 500 }],
  ['POST', injectPath, `${octets}; charset=utf-8`, { kind: 'inject' }],
  ['POST', injectPath, `${octets}x`, { kind: 'status', status: 500 }],
  ['GET', injectPath, undefined, { kind: 'status', status: 405 }],
  ['PUT', injectPath, octets, { kind: 'status', status: 405 }],
  ['POST', injectPath.replace('[0]', '[1]'), octets, { kind: 'status', status: 404 }],
  ['GET', '/', undefined, { kind: 'status', status: 404 }],
  ['GET', '/%', undefined, { kind: 'status', status: 404 }],
  ['POST', '/ports/info', octets, { kind: 'status', status: 404 }],
])('answers %s %s (%s) with %j', (...[method, url, contentType, answer]) => {
  expect(receiverAnswer({ method, url, contentType }, injectPath)).toEqual(answer)
})

test('has three information pages', () => {
  const page = (url: string): unknown => receiverAnswer({ method: 'GET', url, contentType: undefined }, injectPath)
  const operatorPath = 'CrossDataCenterReceiver[0]'
  expect(page('/ports/info')).toEqual({
    kind: 'page',
    body: { exposedPorts: [{ operatorPath, portType: 'output', contextPaths: { inject: injectPath } }] },
  })
  expect(page('/contexts/info')).toEqual({
    kind: 'page',
    body: { contextResourceBases: [{ contextPath: '/crossdcrx', resourceBase: '' }] },
  })
  expect(page(injectPath.replace(/inject$/, 'info'))).toEqual({
    kind: 'page',
    body: { operatorPath, portType: 'output', portIndex: 0 },
  })
})
