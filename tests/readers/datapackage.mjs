// Read whole packages with the npm package "datapackage": node datapackage.mjs FOLDER...
// Prints a JSON object: for each folder the faults that were found, and how many rows each table has.
import datapackage from 'datapackage'

const words = (error) => (error.errors?.length ? error.errors : [error]).map((each) => each.message)

async function read(folder, found) {
  const whole = await datapackage.Package.load(`${folder}/datapackage.json`)
  found.faults.push(...whole.errors.map((error) => error.message))
  for (const resource of whole.resources) {
    try {
      found.rows[resource.name] = (await resource.read({ relations: true })).length
    } catch (error) {
      found.faults.push(...words(error))
    }
  }
}

const result = {}
for (const folder of process.argv.slice(2)) {
  const found = (result[folder] = { faults: [], rows: {} })
  // A file that is not there is thrown at no one in particular.
  const thrown = new Promise((_, reject) => process.once('uncaughtException', reject))
  try {
    await Promise.race([read(folder, found), thrown])
  } catch (error) {
    found.faults.push(...words(error))
  }
  process.removeAllListeners('uncaughtException')
}
console.log(JSON.stringify(result))
