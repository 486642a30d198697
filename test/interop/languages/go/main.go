// Answers the questions of a file with LaunchDarkly's Go SDK, then waits for one change.
//
// Standard output has a line of JSON for each step: {"answers": [...]}, {"listening": true}, {"changed": key}.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/launchdarkly/go-sdk-common/v3/ldcontext"
	"github.com/launchdarkly/go-sdk-common/v3/ldvalue"
	ld "github.com/launchdarkly/go-server-sdk/v7"
	"github.com/launchdarkly/go-server-sdk/v7/interfaces"
	"github.com/launchdarkly/go-server-sdk/v7/ldcomponents"
)

type question struct {
	URL      string              `json:"url"`
	SDKKey   string              `json:"sdkKey"`
	Stream   bool                `json:"stream"`
	Contexts []ldcontext.Context `json:"contexts"`
	Flags    []struct {
		Key      string        `json:"key"`
		Fallback ldvalue.Value `json:"fallback"`
	} `json:"flags"`
}

func say(message any) {
	line, err := json.Marshal(message)
	if err != nil {
		fail(err)
	}
	fmt.Println(string(line))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	file, err := os.ReadFile(os.Args[1])
	if err != nil {
		fail(err)
	}
	var asked question
	if err := json.Unmarshal(file, &asked); err != nil {
		fail(err)
	}
	config := ld.Config{
		ServiceEndpoints: interfaces.ServiceEndpoints{Streaming: asked.URL, Polling: asked.URL, Events: asked.URL},
		Events:           ldcomponents.NoEvents(),
	}
	if !asked.Stream {
		config.DataSource = ldcomponents.PollingDataSource()
	}
	client, err := ld.MakeCustomClient(asked.SDKKey, config, 10*time.Second)
	if err != nil {
		fail(err)
	}
	defer client.Close()

	answers := make([][][3]any, 0, len(asked.Contexts))
	for _, context := range asked.Contexts {
		row := make([][3]any, 0, len(asked.Flags))
		for _, flag := range asked.Flags {
			// An error is part of the detail's reason.
			value, detail, _ := client.JSONVariationDetail(flag.Key, context, flag.Fallback)
			row = append(row, [3]any{value, detail.VariationIndex, detail.Reason})
		}
		answers = append(answers, row)
	}
	say(map[string]any{"answers": answers})

	changes := client.GetFlagTracker().AddFlagChangeListener()
	say(map[string]any{"listening": true})
	select {
	case change := <-changes:
		say(map[string]any{"changed": change.Key})
	case <-time.After(10 * time.Second):
		fail(fmt.Errorf("no change was heard of"))
	}
}
