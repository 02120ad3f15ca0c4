const modei = require('modei')
const passport = require('modei/passport')

import('./smoke.mjs')
  .then(({ smoke }) => smoke(modei, passport, process.argv[2]))
  .catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
