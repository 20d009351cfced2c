export const HELP = `gpt-image-edge COMMAND …

  generate PROMPT              draw; writes the pictures and says what they cost
  edit PROMPT --image FILE …   edit up to 16 pictures
  batch FILE                   many requests: a .jsonl file with one a line, or a text file with a prompt a line.
                               Run it again to go on where it stopped
  estimate [PROMPT]            what it will cost, without sending anything
  validate [PROMPT]            everything that is wrong with it, without sending anything
  chroma-key IN OUT            a flat background becomes transparent; --color "#00ff00", --tolerance 0-255
  models                       every model, its state and its end

The request, with the names of the API: --model --size --quality -n --background --output-format --output-compression
  --moderation --input-fidelity --partial-images --complexity --user --safety-identifier, --image FILE (repeatable),
  --mask FILE, and --request FILE for a whole request as JSON ("-" reads it from the input)

  -o, --out FILE|FOLDER        where to write; default a name made from the prompt. Nothing is overwritten.
                               The end of a file's name is the format, unless --output-format says another
  --json                       answer as JSON
  --force                      send although a check found an error
  --operation NAME             for estimate and validate: generate, edit, respond, runware or batch
  --concurrency N, --tier 1-5  for batch: how many at once, and at what pace
  --retry                      for batch: repeat what failed, too, although it may have been billed
  --base-url URL               default $OPENAI_BASE_URL, else OpenAI
  --timeout SECONDS            default 600
  --version                    of this package

The key or token is read from $OPENAI_API_KEY.
Ends with 0 when all went well, 1 when something failed or was refused, 2 when the command is wrong.`;
