/** An HTTP server that takes everything and answers 204, in a process of its own: prints its port, and ends with its stdin. */
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.on('data', () => undefined).on('end', () => response.writeHead(204).end())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`)
})
process.stdin.on('end', () => process.exit()).resume()
