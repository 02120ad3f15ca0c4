import { crashRound } from '../packages/server/test/crash-round.ts'

/** Kills a loaded server again and again; each round is verified. Rounds: first argument, 20 by default. */
const rounds = Number(process.argv[2] ?? 20)
for (let round = 1; round <= rounds; round += 1) {
  const afterDecisions = 50 + Math.floor(Math.random() * 3000)
  const { answered, logged } = await crashRound(afterDecisions)
  console.log(`round ${round}/${rounds}: killed after ${answered} answers, ${logged} records, all whole`)
}
