/** Why waits end whose reason nobody asks for. Without a reason of its own each abort would make an error with a stack, which is slow. */
export const over = new Error('It is over.')
