//! Words of the page about the HTTP API.

use super::words;

words! {
    /// The API's own page.
    Api, api:
    title = "HTTP API", "HTTP API";
    lead = "シートを読む・書く・検索する・出し入れする操作を、プログラムから行えます。画面と同じ権限・統合・履歴です。", "Programs read, write, search, export and import sheets, with the same permissions, merging and history as the pages.";
    machine = "OpenAPI 3.1 の文書", "The OpenAPI 3.1 document";
    make = "トークンを作る", "Make a token";
    first_title = "1. トークンを用意する", "1. Have a token";
    first = "「自分のアカウント」でトークンを作り、環境変数に入れます。クッキーは受け付けません。", "Make a token at “Your account” and keep it in a variable. Cookies are not taken.";
    second_title = "2. 読む", "2. Read";
    second = "シートとセルには版が付き、ETag で返ります。版は評価シートと領域ごとの番号です。", "Sheets and cells carry their revision as the ETag. Each sheet and layer has revisions of its own.";
    third_title = "3. 書く", "3. Write";
    third = "読んだときの版を If-Match で示します。その後に他の人が書いていれば文章単位で統合し、統合できないセルだけを 409 で返します（元の文章・現在の文章・あなたの文章）。1 件でも統合できなければ、何も書きません。", "Name the revision that you read in If-Match. What others wrote since is merged; only cells that cannot be merged are answered 409, each with base, theirs and yours, and nothing is written then.";
    fourth_title = "4. 検索・出力・取り込み", "4. Search, export, import";
    fourth = "取り込みは、先に差分を確認してから適用します。", "An import is previewed first and applied then.";
    layers_title = "領域", "Layers";
    layers = "layer=shared は共通の評価シート、layer=i:機関ID は自機関だけの領域です。ほかの機関の領域は「見つかりません」になります。", "layer=shared is the common text, layer=i:ID an institution’s own. Another institution’s layer is not found.";
    scopes_title = "スコープ", "Scopes";
    scopes_lead = "トークンは、本人の今の役割でできることを、スコープの範囲に狭めたものです。", "A token does what its person may do at present, narrowed to its scopes.";
    errors_title = "エラー", "Errors";
    errors = "エラーは application/problem+json です。code は変わらない識別子、title は Accept-Language（ja または en）の文章、way_on は次にすること、operation は問い合わせに使う番号です。", "Errors are application/problem+json: code is stable, title is a sentence in the language of Accept-Language (ja or en), way_on says what to do, operation is the number to quote.";
    pages_title = "続きの取得", "Paging";
    pages = "一覧の next を、次の要求の cursor に入れます。cursor の中身に意味はありません。", "Send a list’s next as the cursor of the following request. What is in a cursor means nothing.";
    rate_title = "速さ", "Rate";
    rate = "トークンごとに 1 分あたりの回数に上限があります（既定 600 回）。超えると 429 になり、Retry-After の秒数だけ待ちます。", "Each token has so many requests a minute (600 unless set otherwise). Beyond that the answer is 429 with Retry-After.";
    operations = "操作の一覧", "Operations";
    method = "メソッド", "Method";
    address = "アドレス", "Address";
    what = "内容", "What it does";
    scope = "スコープ", "Scope";
    me = "トークンの持ち主・役割・スコープを確かめる", "Tells who the token stands for";
    list = "評価シートの一覧", "Lists the sheets";
    add = "サービスを追加する", "Adds a service";
    read = "評価シートを読む", "Reads a sheet";
    write = "セルを書く", "Writes cells";
    cell = "セルを一つ読む", "Reads a cell";
    history = "変更の履歴", "Lists the change sets of a sheet";
    versions = "公開された版の一覧", "Lists the published versions of a sheet";
    audit = "機関の監査記録を取り出す", "Takes an institution’s audit out";
    undo = "変更を取り消す", "Takes a change set back";
    restore = "版を復元する", "Brings a revision back";
    search = "セルを検索する", "Searches cells";
    export = "ファイルに出力する", "Exports a sheet";
    preview = "ファイルの差分を確認する", "Previews a file";
    again = "確認した差分をもう一度見る", "Looks at a preview again";
    name = "ファイルのサービスを指定する", "Names the service of a file";
    apply = "確認した差分を適用する", "Applies a preview";
}
