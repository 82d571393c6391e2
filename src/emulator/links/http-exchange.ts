export { httpExchange, NoAnswer } from '../../wire/http-exchange.ts'
