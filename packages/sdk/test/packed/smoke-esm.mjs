import * as modei from 'modei'
import * as passport from 'modei/passport'
import { smoke } from './smoke.mjs'

await smoke(modei, passport, process.argv[2])
